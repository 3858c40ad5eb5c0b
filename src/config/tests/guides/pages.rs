//! Both layouts: whatever a configuration names, it stays text.

use super::{SECRET, of_preset, with_secret};
use crate::config::{Config, Preset};

/// Elements that have no end.
const VOID: [&str; 1] = ["meta"];
/// Every element and attribute that a guide needs.
const ELEMENTS: [&str; 24] = [
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul", "ol", "li", "table",
    "thead", "tbody", "tr", "th", "td", "div", "pre", "code", "!DOCTYPE",
];

/// Asserts that a page is balanced, knows nothing but our elements, and holds no character that begins markup elsewhere.
fn assert_well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some((text, behind)) = rest.split_once('<') {
        let is_style = open.last() == Some(&"style");
        assert!(is_style || is_escaped(text), "{text}");
        let (tag, after) = behind.split_once('>').expect("the end of a tag");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        assert!(ELEMENTS.contains(&name), "{tag}");
        assert!(tag.matches('"').count() % 2 == 0 && is_escaped(tag), "{tag}");
        assert!(
            !tag.contains(" on") && !tag.contains("src=") && !tag.contains("href="),
            "{tag}"
        );
        if !VOID.contains(&name) && name != "!DOCTYPE" {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
}

fn is_escaped(text: &str) -> bool {
    let references = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    let mut behind_ampersands = text.split('&').skip(1);
    !text.contains('>') && behind_ampersands.all(|text| references.iter().any(|reference| text.starts_with(reference)))
}

fn pages(config: &Config) -> (String, String) {
    let guide = config.guide("n").expect("the network");
    (guide.markdown(), guide.html())
}

#[test]
fn the_guide_of_every_preset_is_well_formed() {
    for preset in Preset::all() {
        let (markdown, html) = pages(&of_preset(preset, SECRET));
        assert_well_formed(&html);
        assert!(markdown.starts_with("# How to send postbacks: `n`\n"), "{markdown}");
        assert!(markdown.matches("```").count() % 2 == 0, "{markdown}");
        assert!(
            markdown.contains(&preset.about.title.replace('_', "\\_").replace('&', "\\&")),
            "{}",
            preset.name
        );
    }
}

const HOSTILE: &str = r#"
[networks.n]
secrets = [{ env = "S" }]
params = { click_id = ["</code><script>alert(1)</script>", "a|b"], payout = "`x`" }
statuses = { approved = ["<img src=x onerror=alert(1)>", "``", "a|b"] }
events = { "<b>&amp;" = ["'\"><script>", "*_[x](https://evil.example)"] }
default_event = "</main><script>"
patterns = { user_id = '<svg/onload=1>|\|' }
reply = { body = "<script>{query.transaction_id}</script>" }
constants = { currency = "EUR" }
"#;

#[test]
fn what_a_configuration_names_is_never_markup() {
    let (markdown, html) = pages(&with_secret(HOSTILE, SECRET));
    assert_well_formed(&html);
    for text in ["<script", "<img", "<svg", "<b>"] {
        assert!(!html.contains(text), "{text}");
    }
    assert!(html.contains("&lt;script&gt;"), "{html}");

    // In Markdown it stands in code: without code spans and blocks nothing of it is left.
    let mut outside = String::new();
    let mut is_block = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            outside.push_str(&without_code(line));
            outside.push('\n');
        }
    }
    for text in ["<", "evil.example", "alert", "script"] {
        assert!(!outside.replace("\\<", "").contains(text), "{text} in\n{outside}");
    }
    // Each row has the cells that its table has.
    for line in markdown.lines().filter(|line| line.starts_with("| ")) {
        let cells = line.replace("\\|", "").matches(" |").count();
        assert!((2..=5).contains(&cells), "{cells}: {line}");
    }
}

/// A line without its code spans, which end at as many backticks as they begin with.
fn without_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let fence = &rest[at..];
        let length = fence.len() - fence.trim_start_matches('`').len();
        let (fence, mut behind) = fence.split_at(length);
        loop {
            let end = behind.find(fence).expect("the end of a code span");
            let run = &behind[end..];
            let run_length = run.len() - run.trim_start_matches('`').len();
            behind = &run[run_length..];
            if run_length == length {
                break;
            }
        }
        rest = behind;
    }
    outside + rest
}
