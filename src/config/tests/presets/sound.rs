use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::read_with_secret;
use crate::config::{Evidence, Preset, Proof};
use crate::domain::mapping::StatusTable;
use crate::domain::network::Network;

#[test]
fn every_file_of_the_folder_is_shipped_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/presets");
    let files = fs::read_dir(folder).expect("the folder");
    let files: BTreeSet<String> = files
        .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
        .collect();
    let shipped: Vec<String> = Preset::all()
        .iter()
        .map(|preset| format!("{}.toml", preset.name))
        .collect();
    assert!(shipped.is_sorted(), "{shipped:?}");
    assert_eq!(files, shipped.into_iter().collect());
}

/// All that can be seen of a network. Its words for statuses are apart, because they are printed in no order.
fn facts(network: &Network) -> (StatusTable, String) {
    let statuses = network.statuses.clone();
    let others = Network {
        statuses: StatusTable::default(),
        ..network.clone()
    };
    (statuses, format!("{others:?}"))
}

#[test]
fn what_is_shown_is_a_valid_configuration_and_the_same_network() {
    for preset in Preset::all() {
        let name = preset.name;
        let block = preset.block();
        let shown = read_with_secret(preset, &block).unwrap_or_else(|faults| panic!("{faults}\n{block}"));
        let proof = match preset.proof {
            Proof::Address => "allow_ips = [\"192.0.2.0/24\"]".to_owned(),
            Proof::Default | Proof::Signature { .. } | Proof::Token { .. } => {
                format!("secrets = [{{ env = \"{}\" }}]", preset.secret_variable())
            }
        };
        let named = format!("[networks.{name}]\npreset = \"{name}\"\n{proof}\n");
        let named = read_with_secret(preset, &named).unwrap_or_else(|faults| panic!("{faults}\n{named}"));
        assert_eq!(facts(&shown.networks[name]), facts(&named.networks[name]), "{name}");
    }
}

#[test]
fn every_preset_says_what_it_is_in_a_few_lines() {
    for preset in Preset::all() {
        let block = preset.block();
        let comment = block.lines().take_while(|line| *line != "#").count();
        assert!((1..=8).contains(&comment), "{}: {comment} lines", preset.name);
        assert!(block.lines().all(|line| line.chars().count() <= 200), "{block}");
        let is_checked = preset.about.evidence != Evidence::Unverified;
        assert!(!preset.about.sources.is_empty() || !is_checked, "{}", preset.name);
        let address = preset.address();
        assert!(
            address.starts_with(&format!("https://YOUR-HOST/postback/{}", preset.name)),
            "{address}"
        );
    }
}
