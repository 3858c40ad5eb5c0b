//! The presets that the program ships, in the order of their names.

/// The name and the text of each file.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../config/presets/", $name, ".toml")))),*]
    };
}

pub(super) const FILES: &[(&str, &str)] = files![
    "affise",
    "appsflyer",
    "binom",
    "dub_conversions",
    "everflow",
    "impact",
    "keitaro",
    "orbitra",
    "peerclick",
    "prosper202",
    "redtrack",
    "rs_traffic",
    "taboola",
    "tapfiliate",
    "trcker",
    "tune",
    "voluum",
];
