//! nginx with `return 302`, where it is installed: a redirect that stores nothing, by a server made for it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use crate::child::Child;

use super::{READY_WAIT_MAX, Served, redirect};

/// Starts it; none where it is not installed.
pub(crate) fn start(folder: &Path) -> anyhow::Result<Option<Served>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let Some(program) = places.map(|place| place.join("nginx")).find(|it| it.is_file()) else {
        return Ok(None);
    };
    let folder = folder.join("nginx");
    fs::create_dir_all(&folder)?;
    // Free now; nobody else is expected to take it within the second.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let config = folder.join("nginx.conf");
    let location = redirect();
    // Where it would put bodies; it insists on the folders.
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = kinds.map(|kind| format!("  {kind}_temp_path {kind};\n")).concat();
    fs::write(
        &config,
        format!(
            "daemon off;\nworker_processes auto;\npid nginx.pid;\nerror_log stderr;\n\
             events {{ worker_connections 1024; }}\n\
             http {{\n  access_log off;\n{temporary}  keepalive_requests 1000000000;\n  \
             server {{ listen {address} backlog=1024; location / {{ return 302 {location}; }} }}\n}}\n"
        ),
    )?;
    let mut command = Command::new(program);
    command
        .arg("-p")
        .arg(&folder)
        .arg("-c")
        .arg(&config)
        .args(["-e", "stderr"]);
    let mut child = Child::spawn("nginx", command, &folder.join("nginx.log"), Signal::TERM)?;
    child.printed("nginx listens", READY_WAIT_MAX, |_| TcpStream::connect(address).ok())?;
    Ok(Some(Served { address, child }))
}
