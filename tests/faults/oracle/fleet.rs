//! The replicas as a load balancer knows them: where each one is at the moment, and whether it wants traffic.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};

use crate::dice::Dice;
use crate::harness::{ACME, Network};

use super::journal::Run;

/// Where requests can go.
#[derive(Debug, Default)]
pub(crate) struct Fleet(Mutex<State>);

#[derive(Debug)]
struct State {
    targets: Vec<Target>,
    network: Network,
    is_get_only: bool,
}

#[derive(Debug, Clone, Copy)]
struct Target {
    address: SocketAddr,
    run: u32,
    is_open: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            network: ACME,
            is_get_only: false,
        }
    }
}

impl Fleet {
    /// A replica has started, for the first time or again.
    pub(crate) fn started(&self, replica: usize, address: SocketAddr) -> Run {
        let mut state = self.state();
        if replica == state.targets.len() {
            state.targets.push(Target {
                address,
                run: 0,
                is_open: true,
            });
        } else {
            let target = &mut state.targets[replica];
            *target = Target {
                address,
                run: target.run + 1,
                is_open: true,
            };
        }
        Run {
            replica,
            number: state.targets[replica].run,
        }
    }

    /// Whether a replica shall get traffic.
    pub(crate) fn set_open(&self, replica: usize, is_open: bool) {
        self.state().targets[replica].is_open = is_open;
    }

    /// From now on postbacks are signed with another secret.
    pub(crate) fn sign_with(&self, secret: &'static str) {
        self.state().network.secret = secret;
    }

    /// From now on postbacks come as GET only, whose signature knows no time.
    pub(crate) fn send_only_gets(&self) {
        self.state().is_get_only = true;
    }

    pub(super) fn is_get_only(&self) -> bool {
        self.state().is_get_only
    }

    pub(super) fn network(&self) -> Network {
        self.state().network
    }

    /// Where a replica is now.
    pub(crate) fn run(&self, replica: usize) -> (SocketAddr, Run) {
        let target = self.state().targets[replica];
        let run = Run {
            replica,
            number: target.run,
        };
        (target.address, run)
    }

    /// One of the replicas that take traffic.
    pub(crate) fn any(&self, dice: &mut Dice) -> Option<usize> {
        let state = self.state();
        let open: Vec<usize> = (0..state.targets.len())
            .filter(|index| state.targets[*index].is_open)
            .collect();
        dice.pick(&open).copied()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic with the lock")
    }
}
