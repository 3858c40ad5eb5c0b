//! An installation: a configuration file, a data directory, and the services that run on them.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::process::{self, postbackd, postbackd_by};
use super::{Answer, Database, Ended, Process, Request, eventually, get, metrics, new_folder};

/// The token of the private API.
pub(crate) const TOKEN: &str = "token-of-the-tests";

/// Networks and campaigns unless a story needs others.
pub(crate) const RULES: &str = r#"
[networks.acme]
secrets = [{ value = "secret-of-acme" }]

[campaigns.spring]
destination = "https://shop.example/landing?cid={click_id}&src={affiliate}&s1={sub1}"
networks = ["acme"]
"#;

/// What is configured, and where.
#[derive(Debug)]
pub(crate) struct Site {
    folder: TempDir,
    pub(crate) shutdown_grace: &'static str,
    /// Further lines of `[server]`.
    pub(crate) server: String,
    /// The lines of `[admin]`.
    pub(crate) admin: String,
    /// The lines of `[database]`.
    pub(crate) database: String,
    /// Networks and campaigns.
    pub(crate) rules: String,
    /// The program that starts its services, with arguments; none: they are started as they are.
    pub(crate) launcher: Vec<String>,
}

impl Site {
    /// One on a database of the tests.
    pub(crate) fn on(database: &Database) -> Self {
        Self::on_url(database.url())
    }

    /// One on the database at an address.
    pub(crate) fn on_url(url: &str) -> Self {
        let mut site = Self::private();
        site.database = format!("url = \"{url}\"");
        site
    }

    /// One that runs a PostgreSQL of its own.
    pub(crate) fn private() -> Self {
        Self {
            folder: new_folder("site-"),
            shutdown_grace: "1ms",
            server: String::new(),
            admin: format!("tokens = [{{ value = \"{TOKEN}\" }}]"),
            database: String::new(),
            rules: RULES.to_owned(),
            launcher: Vec::new(),
        }
    }

    pub(crate) fn with_rules(mut self, rules: &str) -> Self {
        rules.clone_into(&mut self.rules);
        self
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.folder.path().join("postbackd.toml")
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The configuration as its file says it.
    pub(crate) fn config(&self) -> String {
        let Self {
            shutdown_grace,
            server,
            admin,
            database,
            rules,
            ..
        } = self;
        let data_dir = self.data_dir();
        let data_dir = data_dir.display();
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\nshutdown_grace = \"{shutdown_grace}\"\n{server}\n\
             [admin]\n{admin}\n[database]\n{database}\n[storage]\ndata_dir = \"{data_dir}\"\n{rules}"
        )
    }

    /// Writes the configuration file, as it is now.
    pub(crate) fn write(&self) {
        fs::write(self.config_file(), self.config()).expect("a folder of our own");
    }

    /// Starts a service and waits until it is ready, and PostgreSQL with it.
    pub(crate) fn serve(&self) -> Service {
        let service = self.serve_unready();
        service.wait_for_postgres();
        service
    }

    /// Starts a service and waits until it listens.
    pub(crate) fn serve_unready(&self) -> Service {
        let process = self.spawn_serve();
        let (public, private) = process.log_line("the service listens", |line| {
            let address = |field: &str| line.get(field)?.as_str()?.parse::<SocketAddr>().ok();
            Some((address("public")?, address("private")?))
        });
        Service {
            public,
            private,
            process,
        }
    }

    /// Starts a service that may fail.
    pub(crate) fn spawn_serve(&self) -> Process {
        self.write();
        let mut command = postbackd_by(&self.launcher);
        command.args(["serve", "--config"]).arg(self.config_file());
        Process::spawn(command)
    }

    /// Runs another command on the configuration, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_under(&[], arguments)
    }

    /// The same under further variables of the environment.
    pub(crate) fn run_under(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Ended {
        self.write();
        let mut command = postbackd();
        command.envs(environment.iter().copied()).args(arguments);
        process::run(command.arg("--config").arg(self.config_file()))
    }
}

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) public: SocketAddr,
    pub(crate) private: SocketAddr,
    pub(crate) process: Process,
}

impl Service {
    /// Waits until the service is ready and PostgreSQL takes its writes.
    pub(crate) fn wait_for_postgres(&self) {
        eventually("the service is ready and has its PostgreSQL", || {
            let answer = get("/readyz").send(self.public);
            (answer.status == 200 && answer.json()["postgres"] == "ok").then_some(())
        });
    }

    /// Waits until everything in the spool is in PostgreSQL.
    pub(crate) fn wait_for_replay(&self) {
        eventually("the spool is empty", || {
            (self.metric("postbackd_spool_records", &[]) == 0).then_some(())
        });
    }

    /// Sends a request to the public listener.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        request.send(self.public)
    }

    /// Sends a postback that gets a verdict.
    pub(crate) fn verdict(&self, request: &Request) -> Value {
        let answer = self.answer(request);
        assert_eq!(answer.status, 200, "{request:?} gets a verdict: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.json()
    }

    /// Sends a click until PostgreSQL has it, and returns its id: a disk that is busy for longer than a visitor waits costs a
    /// click, but not a test.
    pub(crate) fn click(&self, target: &str) -> String {
        let id = eventually("the click is durable", || {
            let answer = self.answer(&get(target));
            assert_eq!(answer.status, 302, "{target}: {answer:?}");
            Some(answer.click_id().to_owned()).filter(|id| !id.is_empty())
        });
        // A busy machine's PostgreSQL may have taken too long for a visitor.
        self.wait_for_replay();
        id
    }

    /// Sends a request to the private API.
    pub(crate) fn api_answer(&self, request: Request) -> Answer {
        request
            .header("Authorization", format!("Bearer {TOKEN}"))
            .send(self.private)
    }

    /// What the private API says.
    pub(crate) fn api(&self, target: &str) -> Value {
        let answer = self.api_answer(get(target));
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.json()
    }

    /// The true reason of a refusal, as the operator finds it.
    pub(crate) fn logged_code(&self, problem: &Value) -> Value {
        let id = problem["postback_id"]
            .as_str()
            .unwrap_or_else(|| panic!("a postback_id: {problem}"));
        self.api(&format!("/api/v1/postbacks/{id}"))["code"].take()
    }

    /// The sum of a counter's samples that carry all of `labels`.
    pub(crate) fn metric(&self, name: &str, labels: &[&str]) -> u64 {
        let answer = get("/metrics").send(self.private);
        assert_eq!(answer.status, 200, "{answer:?}");
        metrics::sum(answer.text(), name, labels)
    }

    /// Asks it to end, and expects that it does so in order.
    pub(crate) fn stop(mut self) {
        self.process.signal(Signal::TERM);
        let status = self.process.ended();
        assert_eq!(status.code(), Some(0), "it ends in order");
    }
}

/// What most stories play on: one service on a database of its own.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) site: Site,
    pub(crate) database: Database,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(RULES)
    }

    /// With other networks and campaigns.
    pub(crate) fn with(rules: &str) -> Self {
        let database = Database::new();
        let site = Site::on(&database).with_rules(rules);
        let service = site.serve();
        Self {
            service,
            site,
            database,
        }
    }
}
