//! A child process whose stderr is kept, and printed when its test fails.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{EVENT_WAIT_MAX, eventually};

/// A running `postbackd`, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stderr: Arc<Stderr>,
}

/// How a process ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Debug, Default)]
struct Stderr {
    said: Mutex<Said>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Said {
    lines: Vec<String>,
    is_over: bool,
}

/// `postbackd`, with nothing of the caller's environment that would steer it.
pub(crate) fn postbackd() -> Command {
    postbackd_by(&[])
}

/// The same, started by a program that changes something about itself and then becomes `postbackd`, as `env` and
/// `prlimit` do.
pub(super) fn postbackd_by(launcher: &[String]) -> Command {
    const BINARY: &str = env!("CARGO_BIN_EXE_postbackd");
    let mut command = match launcher {
        [] => Command::new(BINARY),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(BINARY);
            command
        }
    };
    for variable in [
        "DATABASE_URL",
        "RUST_LOG",
        "POSTBACKD_CONFIG",
        "POSTBACKD_LISTEN",
        "POSTBACKD_ADMIN_LISTEN",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

impl Process {
    /// Starts it; what it prints for its user is not read.
    pub(super) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).spawn().expect("the binary runs");
        let pipe = child.stderr.take().expect("stderr is piped");
        let stderr = Arc::new(Stderr::default());
        let listener = stderr.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                listener.said.lock().expect("no panic with the lock").lines.push(line);
                listener.news.notify_all();
            }
            listener.said.lock().expect("no panic with the lock").is_over = true;
            listener.news.notify_all();
        });
        Self { child, stderr }
    }

    /// Waits for a line of the JSON log that `found` sees something in.
    pub(crate) fn log_line<T>(&self, what: &str, mut found: impl FnMut(&Value) -> Option<T>) -> T {
        let deadline = Instant::now() + EVENT_WAIT_MAX;
        let mut read = 0;
        let mut said = self.stderr.said.lock().expect("no panic with the lock");
        loop {
            for line in &said.lines[read..] {
                let line: Value = serde_json::from_str(line).unwrap_or(Value::String(line.clone()));
                if let Some(found) = found(&line) {
                    return found;
                }
            }
            read = said.lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            if said.is_over || left.is_zero() {
                drop(said);
                panic!("{what}: no such line in the log");
            }
            (said, _) = self
                .stderr
                .news
                .wait_timeout(said, left)
                .expect("no panic with the lock");
        }
    }

    /// Waits for a line that contains a text.
    pub(crate) fn log_line_with(&self, text: &str) -> String {
        self.log_line(text, |line| {
            let line = line.to_string();
            line.contains(text).then_some(line)
        })
    }

    /// Everything that it has said so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.stderr.said.lock().expect("no panic with the lock").lines.clone()
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", || self.has_ended())
    }

    /// How it has ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
        if thread::panicking() {
            let said = self.log();
            println!("postbackd {} said:\n{}", self.child.id(), said.join("\n"));
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut pipes = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        let stdout = scope.spawn(|| text_of(pipes.0.as_mut()));
        let stderr = scope.spawn(|| text_of(pipes.1.as_mut()));
        (stdout.join(), stderr.join())
    });
    let status = child.wait().expect("a child of ours");
    Ended {
        code: status.code(),
        stdout: stdout.expect("readable"),
        stderr: stderr.expect("readable"),
    }
}

fn text_of(pipe: Option<&mut impl Read>) -> String {
    let mut text = String::new();
    pipe.expect("the pipe is there")
        .read_to_string(&mut text)
        .expect("UTF-8");
    text
}
