//! `serve`: the composition root. Everything is made here, in the order of who needs whom, and ended in the reverse.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpSocket;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};

use crate::config::{Config, DatabaseSource, Environment, Live};
use crate::http::listener::{Drain, DrainReport, Limits, Server};
use crate::http::{self, App};
use crate::ingest::{Engine, Health, Ingest, SpoolPlan, UpkeepPlan};
use crate::store::private::PrivatePostgres;
use crate::store::{DatabaseUrl, Reader};

use super::{Failure, load_config};

/// After the grace, how long running requests may still take. With [`WRITERS_END_MAX`] it stays below the promised 20 s.
const DRAIN_MAX: Duration = Duration::from_secs(15);
/// How long the writers may take to finish what they hold once nobody sends any more.
const WRITERS_END_MAX: Duration = Duration::from_millis(3500);
/// The spool's folder within the data directory.
pub(super) const SPOOL_FOLDER: &str = "spool";
/// Connections that the kernel keeps for us until we accept them, as far as it allows. One that finds no place there comes
/// back a second later.
const BACKLOG: u32 = 4096;
/// Descriptors that are kept for files, PostgreSQL and the listeners themselves.
const DESCRIPTORS_RESERVED: usize = 200;

/// The PostgreSQL of a configuration: somebody else's, or one of our own that ends with us.
pub(super) struct Postgres {
    pub(super) url: DatabaseUrl,
    private: Option<PrivatePostgres>,
}

impl Postgres {
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let (url, private) = match &config.database.source {
            DatabaseSource::Url(url) => (url.expose().to_owned(), None),
            DatabaseSource::Private => {
                let private = PrivatePostgres::start(&config.storage.data_dir).await;
                let private = private.map_err(|error| Failure::Work(anyhow::Error::new(error)))?;
                (private.url(), Some(private))
            }
        };
        let url = DatabaseUrl::parse(&url).map_err(|error| Failure::Usage(format!("database.url: {error}")))?;
        Ok(Self { url, private })
    }

    /// Stops the PostgreSQL of our own, after everybody who used it.
    pub(super) async fn close(self) {
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

/// A running service.
pub(super) struct Running {
    pub(super) public: SocketAddr,
    pub(super) private: SocketAddr,
    pub(super) live: Arc<Live>,
    drain: Drain,
    servers: [JoinHandle<DrainReport>; 2],
    engine: Engine,
    postgres: Postgres,
}

/// Runs the service until it is told to stop.
pub(super) async fn serve(file: PathBuf, environment: Environment) -> Result<(), Failure> {
    let config = load_config(&file, &environment)?;
    for warning in &config.warnings {
        warn!("{}", warning.line_of(&file.to_string_lossy()));
    }
    // Asked for before anything runs, so that no signal finds its default.
    let mut stop = [
        listen_for(SignalKind::terminate())?,
        listen_for(SignalKind::interrupt())?,
    ];
    let mut reload = listen_for(SignalKind::hangup())?;
    // A write beyond the limit of a file's size is then an error that the spool survives, instead of the process's end.
    let _file_too_large = listen_for(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;

    let metrics = http::install_recorder().context("the metrics recorder")?;
    let running = Running::start(config, file, environment, metrics).await?;
    loop {
        let [terminate, interrupt] = &mut stop;
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = reload.recv() => {
                let live = running.live.clone();
                // Its outcome is logged and counted where it happens.
                if let Err(panicked) = tokio::task::spawn_blocking(move || live.reload().is_ok()).await {
                    error!("the reload panicked: {panicked}");
                }
            }
        }
    }
    running.stop().await;
    Ok(())
}

fn listen_for(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::Work(anyhow::Error::new(error).context("signals cannot be listened for")))
}

impl Running {
    /// Starts everything: listeners first, because a taken address should not start a database.
    pub(super) async fn start(
        config: Config,
        file: PathBuf,
        environment: Environment,
        metrics: PrometheusHandle,
    ) -> Result<Self, Failure> {
        let public_socket = bind(config.server.listen)?;
        let private_socket = bind(config.server.admin_listen)?;

        let postgres = Postgres::open(&config).await?;
        let health = Arc::new(Health::default());
        let migrate = config.database.migrate;
        let spool = SpoolPlan {
            folder: config.storage.data_dir.join(SPOOL_FOLDER),
            bytes_max: config.storage.spool_max,
        };
        let live = Arc::new(Live::new(config, file, environment));
        let rules = {
            let live = live.clone();
            Arc::new(move || live.snapshot().rules.clone())
        };
        let plan = UpkeepPlan {
            url: postgres.url.clone(),
            migrate,
            rules,
        };
        let (ingest, mut engine) = match Ingest::start(plan, spool, &health).await {
            Ok(started) => started,
            Err(error) => {
                postgres.close().await;
                return Err(Failure::Work(
                    anyhow::Error::new(error).context("the threads of ingest"),
                ));
            }
        };
        engine.prepared().await;
        let drain = Drain::new();
        let app = Arc::new(App {
            live: live.clone(),
            ingest,
            health,
            drain: drain.clone(),
            reader: Reader::new(&postgres.url),
            metrics,
            refusal_log: http::RefusalLog::default(),
            decoy: App::decoy_schemes(),
        });
        // Only now: whoever connects is served at once.
        let public_listener = public_socket.listen(BACKLOG).context("the public listener")?;
        let private_listener = private_socket.listen(BACKLOG).context("the private listener")?;
        let public = public_listener.local_addr().context("the public listener")?;
        let private = private_listener.local_addr().context("the private listener")?;
        let limits = Limits::default().within_descriptors(raise_descriptor_limit(), DESCRIPTORS_RESERVED);
        let servers = [
            tokio::spawn(Server::new(public_listener, http::public(&app), limits, drain.clone()).run()),
            tokio::spawn(Server::new(private_listener, http::private(&app), limits, drain.clone()).run()),
        ];
        info!(%public, %private, "serving clicks and postbacks on {public}, the private API on {private}");
        Ok(Self {
            public,
            private,
            live,
            drain,
            servers,
            engine,
            postgres,
        })
    }

    /// Ends the service in two phases: first it is no longer ready but still serves, for load balancers to notice; then
    /// running requests are finished, the writers commit what they hold, and PostgreSQL is stopped last.
    pub(super) async fn stop(self) {
        let grace = self.live.snapshot().config.server.shutdown_grace;
        info!("draining: no longer ready, serving for another {grace:?}");
        self.drain.begin();
        sleep(grace).await;
        self.drain.stop(DRAIN_MAX);
        for server in self.servers {
            match server.await {
                Ok(DrainReport { connections_cut: 0 }) => {}
                Ok(DrainReport { connections_cut }) => warn!(connections_cut, "connections were cut at the end"),
                Err(panicked) => error!("a server panicked: {panicked}"),
            }
        }
        let Engine { tasks, background, .. } = self.engine;
        background.cancel();
        tasks.close();
        if timeout(WRITERS_END_MAX, tasks.wait()).await.is_err() {
            warn!("the writers did not finish in time; whatever has no receipt was promised to nobody");
        }
        self.postgres.close().await;
        info!("stopped");
    }
}

/// Takes an address without listening yet.
fn bind(address: SocketAddr) -> Result<TcpSocket, Failure> {
    let bound = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        // As every server does it: connections of the one before it must not keep the address.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        std::io::Result::Ok(socket)
    };
    Ok(bound().with_context(|| format!("{address} cannot be listened on"))?)
}

/// Raises the number of open files to what the system allows, and says how many that are.
fn raise_descriptor_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
    let limit = if raised.is_ok() { maximum } else { current };
    limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX)
}
