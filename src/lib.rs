//! postbackd: a postback receiver that answers only what is true.
//!
//! # The life of a click
//!
//! A visitor's `GET /click/spring?affiliate=42` comes in through [`http::listener`] and reaches `http/click.rs`. The
//! campaign is looked up in the configuration's [`Snapshot`](config::Snapshot), in memory; the query is read leniently into
//! a [`Click`](domain::click::Click). [`Ingest::submit_click`](ingest::Ingest::submit_click) puts it on a bounded queue.
//! One writer drains the queue and stores what is there in a single statement (`store/clicks.rs`); only then does the
//! handler get a [`ClickReceipt`](ingest::ClickReceipt), and only a receipt has an id to put into the redirect that
//! [`Destination::fill`](domain::template::Destination::fill) makes. If PostgreSQL does not take it in time, the receipt comes
//! from the [`spool`], which has it on disk. If neither has it within 250 ms the visitor goes on without an id, and is counted
//! as lost.
//!
//! # The life of a postback
//!
//! A network's call reaches `http/postback.rs`. Its checks stand in order in [`domain::examine`], which an explanation
//! ([`domain::explain`]) asks as well:
//!
//! ```text
//! bytes → RawPostback → Form → VerifiedPostback → Postback → submit → Receipt → answer
//!          untrusted     400    401 authentic      422 typed  503      durable
//! ```
//!
//! [`Form::read`](domain::postback::Form::read) parses strictly, [`Network::verify`](domain::network::Network::verify)
//! proves the sender, [`VerifiedPostback::read`](domain::postback::VerifiedPostback::read) types the fields and derives
//! the conversion's id from what makes two postbacks the same. [`ingest`] queues it with its request, from which
//! [`Redactor`](domain::redact::Redactor) cut every secret. The writer opens a transaction (`store/batch.rs`), loads the
//! facts that the batch names into a [`Ledger`](domain::ledger::Ledger), which asks [`decide`](domain::decide::decide) for
//! each postback in order, and writes conversions, history and raw log. Rows that another replica was faster with are
//! decided again with fresh facts. After the commit each sender gets the [`Receipt`](ingest::Receipt) of its verdict:
//! without one there is no 2xx.
//!
//! # When PostgreSQL does not answer
//!
//! The writer hands what it holds to the [`spool`], as it was read, and the receipt says so: a 202. `ingest/replay.rs` feeds
//! it back through the same batches and the same `decide` when PostgreSQL is there again. `docs/guarantees.md` says what that
//! promises and where it ends.
//!
//! # When it is refused
//!
//! A refused request takes the short way: the [`Refusal`](domain::refusal::Refusal) becomes an RFC 9457 problem, and its
//! row in the raw log says why, also where the sender is not told. Where the network has [`reply`](domain::reply) rules, its
//! sender is told in its own words.
//!
//! # Who imports whom
//!
//! | module | knows | imports |
//! |---|---|---|
//! | [`domain`] | the rules, purely: no clock, no socket, no file, no database | nobody |
//! | [`config`] | the file, its faults, the snapshot in use | `domain` |
//! | [`store`] | PostgreSQL; the only importer of sqlx | `domain` |
//! | [`spool`] | files of records: what they hold survives, whatever happens to the disk | `domain` |
//! | [`ingest`] | queues, group commit, receipts, replay, upkeep | `domain`, `store`, `spool` |
//! | [`http`] | routes, problems, the listeners | `domain`, `ingest`, `config`'s values, `store`'s reads |
//! | [`cli`] | the commands; `serve` puts everything together | all |
//!
//! `docs/architecture.md` says why it is cut like this.

pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod ingest;
pub mod spool;
pub mod store;
