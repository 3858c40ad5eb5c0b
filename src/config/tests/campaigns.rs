//! What deserves a look in a campaign.

use super::read;

#[test]
fn a_destination_without_the_click_id_is_warned_about_where_it_stands() {
    for (destination, is_warned_about) in [
        ("https://shop.example/?cid={click_id}", false),
        ("https://shop.example/{click_id}", false),
        ("https://shop.example/#{click_id}", false),
        ("https://shop.example/", true),
        ("https://shop.example/?cid={external_id}", true),
        ("https://shop.example/?cid=click_id", true),
    ] {
        let config = read(&format!("[campaigns.spring]\ndestination = \"{destination}\"")).expect(destination);
        let told: Vec<String> = config.warnings.iter().map(|warning| warning.line_of("f")).collect();
        let is_told =
            matches!(&told[..], [line] if line.starts_with("f:2:15: campaigns.spring.destination: has no {click_id}"));
        assert_eq!(is_told, is_warned_about, "{destination}: {told:?}");
        assert_eq!(told.is_empty(), !is_warned_about, "{destination}: {told:?}");
    }
}
