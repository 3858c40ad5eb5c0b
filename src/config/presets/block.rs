//! A preset written out as an operator would write its network, ready to be copied.

use std::fmt::Write as _;

use crate::domain::guide::{Sender, placed_macros, postback_address};
use crate::domain::mapping::Field;
use crate::domain::signature::Reference;

use super::{Preset, Proof};

/// Stands for the operator's host.
const HOST: &str = "https://YOUR-HOST";
/// Stands for the secret in an address. The network refuses it as it refuses every wrong one.
const SECRET: &str = "YOUR-SECRET";
/// Stands for the sender's addresses: nobody has one of these (RFC 5737).
const ALLOW_IPS: &str = r#"allow_ips = ["192.0.2.0/24"] # Replace: the addresses that it calls from."#;

impl Preset {
    /// The variable that [`Self::block`] reads the secret from.
    pub fn secret_variable(&self) -> String {
        format!("{}_SECRET", self.name.to_uppercase())
    }

    /// The network's section with every key, behind what is known about the sender as comments. It is a valid
    /// configuration as it stands, as soon as [`Self::secret_variable`] is set.
    pub fn block(&'static self) -> String {
        let mut block = String::new();
        for line in self.text.lines().take_while(|line| line.starts_with('#')) {
            writeln!(block, "{line}").expect("memory");
        }
        for line in self.facts() {
            writeln!(block, "{}", format!("# {line}").trim_end()).expect("memory");
        }
        for line in self.network_lines() {
            writeln!(block, "{line}").expect("memory");
        }
        block
    }

    fn facts(&'static self) -> Vec<String> {
        let about = &self.about;
        let mut facts = vec![String::new()];
        let unsure = if about.unsure.is_empty() {
            String::new()
        } else {
            format!("; less sure: {}", about.unsure.join(", "))
        };
        facts.push(format!("Evidence: {}{unsure}.", about.evidence));
        facts.extend(about.sources.iter().map(|source| format!("Source: {source}")));
        facts.extend(about.retries.iter().map(|retries| format!("Retries: {retries}")));
        facts.push(format!("Address: {}", self.address()));
        if let Proof::Token { from, prefix } = &self.proof {
            facts.extend(match from {
                // Part of the address.
                Reference::Query(_) => None,
                Reference::Header(name) => Some(format!("Header: {name}: {prefix}{SECRET}")),
                Reference::Form(_) | Reference::Json(_) => Some(format!("In the body: {from} = {prefix}{SECRET}")),
            });
        }
        facts
    }

    /// What a guide for the sender tells of it.
    pub fn sender(&self) -> Sender {
        Sender {
            title: self.about.title.clone(),
            macros: self.about.macros.clone(),
            retries: self.about.retries.clone(),
        }
    }

    /// The address that is pasted at the sender, with the sender's own placeholders.
    pub fn address(&'static self) -> String {
        let mut pairs = placed_macros(&self.about.macros, |field| Some(self.param_of(field)));
        if let Proof::Token {
            from: Reference::Query(name),
            prefix,
        } = &self.proof
        {
            pairs.push((name.clone(), format!("{prefix}{SECRET}")));
        }
        postback_address(HOST, self.name, &pairs)
    }

    /// The first of the sender's names for a field.
    fn param_of(&'static self, field: Field) -> String {
        let names = self.network().and_then(|network| network.get("params"));
        let names = names.and_then(|params| params.get_ref().as_table()?.get(field.as_str()));
        let first = names.and_then(|names| {
            let names = names.get_ref();
            names.as_str().or_else(|| names.as_array()?.first()?.get_ref().as_str())
        });
        first.unwrap_or(field.as_str()).to_owned()
    }

    /// The file from its `[network]` on, under the name that a configuration gives it.
    fn network_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.text.lines().skip_while(|line| *line != "[network]") {
            match line.strip_prefix("[network") {
                None => lines.push(line.to_owned()),
                Some(rest) => lines.push(format!("[networks.{}{rest}", self.name)),
            }
            if line == "[network]" {
                lines.push(match &self.proof {
                    Proof::Address => ALLOW_IPS.to_owned(),
                    Proof::Default | Proof::Signature { .. } | Proof::Token { .. } => {
                        format!("secrets = [{{ env = \"{}\" }}]", self.secret_variable())
                    }
                });
            }
        }
        lines
    }
}
