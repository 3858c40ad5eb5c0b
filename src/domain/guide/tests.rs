//! What guides say of networks, and that they say nothing else.
