//! Builds again when a migration is added: the macro that embeds them only notices changes to those it has seen.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
