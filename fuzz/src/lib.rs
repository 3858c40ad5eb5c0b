//! What each fuzz target does with an input, and what must hold then. A broken promise is a panic.
//!
//! libFuzzer calls these functions with what it makes up (`make fuzz`), and `tests/fuzz_seeds.rs` with the committed seeds
//! and former findings (`cargo test`). Each promises to take any bytes whatever.

pub mod content;
pub mod mapping;
pub mod request;
mod senders;
pub mod template;
pub mod verify;
mod wire;
