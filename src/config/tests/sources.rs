//! Which parameters of a click a campaign's traffic sources name.

use super::{assert_faults, read};
use crate::domain::click_field::ClickField;

/// The names that a campaign's clicks may have for a field.
fn names(text: &str, field: &str) -> Vec<String> {
    let text = format!(
        "{text}\n[campaigns.spring]\ndestination = \"https://shop.example/\"\nsource = [\"google_ads\", \"own\"]"
    );
    let config = read(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    let field = ClickField::parse(field).expect("a field");
    let aliases = &config.campaigns.get("spring").expect("a campaign").aliases;
    let found = aliases.iter().find(|(of, _)| *of == field);
    found.map(|(_, names)| names.to_vec()).unwrap_or_default()
}

#[test]
fn a_campaign_has_the_names_of_its_sources_in_their_order() {
    let own = "[sources.own]\nparams = { external_id = \"xid\", sub1 = [\"s\", \"t\"] }";
    assert_eq!(names(own, "external_id"), ["gclid", "gbraid", "wbraid", "xid"]);
    assert_eq!(names(own, "sub1"), ["s", "t"]);
    assert_eq!(names(own, "affiliate"), [""; 0]);
}

#[test]
fn a_source_of_the_configuration_replaces_a_shipped_one() {
    let own = "[sources.own]\n[sources.google_ads]\nparams = { external_id = \"only_this\" }";
    assert_eq!(names(own, "external_id"), ["only_this"]);
}

#[test]
fn what_cannot_be_a_source_is_refused_where_it_stands() {
    let campaign = "[campaigns.spring]\ndestination = \"https://shop.example/\"\n";
    let unknown = format!("{campaign}source = [\"google_adds\", \"own\"]\n[sources.own]\nparams = {{}}");
    let source = "[sources.own]\nparams = { affiliate = [\"a\", \"sub2\"], sub1 = [\"a\", \"campaign\"], sub11 = \"b\" }\nparam = 1";
    assert_faults(&[
        (
            &unknown,
            "f:3:11: campaigns.spring.source: no source \"google_adds\" is known; did you mean google_ads?",
        ),
        (
            source,
            "f:2:30: sources.own.params.affiliate: \"sub2\" is a field of its own, under its own name\n\
             f:2:47: sources.own.params.sub1: \"a\" is already a name of affiliate: a parameter has one meaning\n\
             f:2:52: sources.own.params.sub1: \"campaign\" is a field of its own, under its own name\n\
             f:2:65: sources.own.params.sub11: unknown key; did you mean sub1?\n\
             f:3:1: sources.own.param: unknown key; did you mean params?",
        ),
    ]);
}
