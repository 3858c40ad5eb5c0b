//! A disk in memory that forgets what was not synced when its power is cut, runs full, and fails on request.
//!
//! Names become durable in the order of their changes, as with a journal; file contents only by their own sync. After a
//! failed sync the bytes in question never become durable, whatever later syncs say, as on Linux.

use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use super::super::disk::{Disk, Growing, Listed};

/// A disk that its test and its spool hold together.
#[derive(Debug, Clone, Default)]
pub(super) struct Simulated(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    contents: Vec<Content>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    journal: Vec<NameChange>,
    faults: Faults,
}

/// What goes wrong from now on.
#[derive(Debug, Default, Clone)]
pub(super) struct Faults {
    /// Bytes that can still be written before the disk is full.
    pub(super) room: Option<usize>,
    /// How many syncs of files fail.
    pub(super) syncs: u32,
    /// How many syncs of folders fail.
    pub(super) folder_syncs: u32,
    pub(super) cuts: bool,
    pub(super) removals: bool,
    pub(super) reads: bool,
}

#[derive(Debug, Default)]
struct Content {
    current: Vec<u8>,
    synced: Vec<u8>,
    /// Ends of a range whose sync has failed.
    lost: Vec<(usize, usize)>,
}

#[derive(Debug, Clone)]
enum NameChange {
    Given(String, usize),
    Taken(String),
    Moved(String, String),
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Given(name, content) => {
                names.insert(name.clone(), *content);
            }
            Self::Taken(name) => {
                names.remove(name);
            }
            Self::Moved(from, to) => {
                if let Some(content) = names.remove(from) {
                    names.insert(to.clone(), content);
                }
            }
        }
    }
}

impl Simulated {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics with it")
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Puts a durable file there.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        let mut state = self.state();
        let content = Content {
            current: bytes.to_vec(),
            synced: bytes.to_vec(),
            lost: Vec::new(),
        };
        state.contents.push(content);
        let content = state.contents.len() - 1;
        state.names.insert(name.to_owned(), content);
        state.durable_names.insert(name.to_owned(), content);
    }

    /// The files whose names begin so, with their contents.
    pub(super) fn files(&self, begin: &str) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let files = state.names.iter().filter(|(name, _)| name.starts_with(begin));
        files
            .map(|(name, content)| (name.clone(), state.contents[*content].current.clone()))
            .collect()
    }

    /// Flips a bit of a file, on the platter and in memory.
    pub(super) fn flip(&self, name: &str, bit: usize) {
        let mut state = self.state();
        let content = state.names[name];
        let Content { current, synced, .. } = &mut state.contents[content];
        for bytes in [current, synced] {
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }

    /// Cuts the power. `pick(n)` is any number below `n`: it decides how much of what was not synced survives, and in what
    /// form.
    pub(super) fn cut_power(&self, pick: &mut dyn FnMut(usize) -> usize) {
        let mut state = self.state();
        let State {
            contents,
            names,
            durable_names,
            journal,
            faults,
        } = &mut *state;
        let survived = pick(journal.len() + 1);
        for change in journal.drain(..).take(survived) {
            change.apply(durable_names);
        }
        names.clone_from(durable_names);
        *faults = Faults::default();
        for content in contents {
            content.survive(pick);
        }
    }
}

impl Content {
    fn survive(&mut self, pick: &mut dyn FnMut(usize) -> usize) {
        let (shorter, longer) = (
            self.synced.len().min(self.current.len()),
            self.synced.len().max(self.current.len()),
        );
        let len = shorter + pick(longer - shorter + 1);
        // Of what was not synced, a part arrived, then zeros where the length arrived and the bytes did not.
        let arrived = shorter + pick(len - shorter + 1);
        let longest = if self.current.len() > self.synced.len() {
            &self.current
        } else {
            &self.synced
        };
        let mut bytes = longest[..arrived].to_vec();
        bytes[..shorter].copy_from_slice(&self.synced[..shorter]);
        bytes.resize(len, 0);
        *self = Self {
            synced: bytes.clone(),
            current: bytes,
            lost: Vec::new(),
        };
    }

    fn sync(&mut self) {
        self.synced.clone_from(&self.current);
        for (from, to) in &self.lost {
            let end = self.synced.len();
            self.synced[(*from).min(end)..(*to).min(end)].fill(0);
        }
    }
}

/// Takes one of the failures that are left, if any is.
fn fails(left: &mut u32) -> bool {
    let fails = *left > 0;
    *left = left.saturating_sub(1);
    fails
}

fn refuse(fails: bool, kind: ErrorKind) -> io::Result<()> {
    if fails { Err(kind.into()) } else { Ok(()) }
}

impl State {
    fn content(&mut self, name: &str) -> io::Result<&mut Content> {
        let content = self.names.get(name).ok_or(ErrorKind::NotFound)?;
        Ok(&mut self.contents[*content])
    }

    fn change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.journal.push(change);
    }
}

impl Disk for Simulated {
    fn list(&self, folder: &str) -> io::Result<Vec<Listed>> {
        let state = self.state();
        let name_in = |name: &str| match name.rsplit_once('/') {
            Some((at, name)) => (at == folder).then(|| name.to_owned()),
            None => folder.is_empty().then(|| name.to_owned()),
        };
        let names = state.names.keys().filter_map(|name| name_in(name));
        Ok(names.map(|name| Listed { name, is_file: true }).collect())
    }

    fn make_folder(&self, _folder: &str) -> io::Result<()> {
        Ok(())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Growing>> {
        let mut state = self.state();
        refuse(state.names.contains_key(name), ErrorKind::AlreadyExists)?;
        state.contents.push(Content::default());
        let content = state.contents.len() - 1;
        state.change(NameChange::Given(name.to_owned(), content));
        Ok(Box::new(SimulatedFile {
            disk: self.clone(),
            content,
        }))
    }

    fn read(&self, name: &str, from: u64) -> io::Result<Box<dyn Read>> {
        let mut state = self.state();
        refuse(state.faults.reads, ErrorKind::Other)?;
        let mut content = Cursor::new(state.content(name)?.current.clone());
        content.set_position(from);
        Ok(Box::new(content))
    }

    fn cut(&self, name: &str, len: u64) -> io::Result<()> {
        let mut state = self.state();
        refuse(state.faults.cuts, ErrorKind::Other)?;
        let content = state.content(name)?;
        content.current.truncate(usize::try_from(len).expect("a small file"));
        content.sync();
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.content(from)?;
        state.change(NameChange::Moved(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        refuse(state.faults.removals, ErrorKind::ReadOnlyFilesystem)?;
        state.content(name)?;
        state.change(NameChange::Taken(name.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _folder: &str) -> io::Result<()> {
        let mut state = self.state();
        refuse(fails(&mut state.faults.folder_syncs), ErrorKind::Other)?;
        let State {
            names,
            durable_names,
            journal,
            ..
        } = &mut *state;
        durable_names.clone_from(names);
        journal.clear();
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: Simulated,
    content: usize,
}

impl Write for SimulatedFile {
    /// Takes a part at a time, as any write may.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.disk.state();
        let wanted = bytes.len().min(bytes.len() / 2 + 1);
        let len = state.faults.room.map_or(wanted, |room| room.min(wanted));
        refuse(len == 0 && wanted > 0, ErrorKind::StorageFull)?;
        state.faults.room = state.faults.room.map(|room| room - len);
        state.contents[self.content].current.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Growing for SimulatedFile {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        let is_failing = fails(&mut state.faults.syncs);
        let content = &mut state.contents[self.content];
        if is_failing {
            content.lost.push((content.synced.len(), content.current.len()));
            return Err(ErrorKind::Other.into());
        }
        content.sync();
        Ok(())
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        refuse(state.faults.cuts, ErrorKind::Other)?;
        let current = &mut state.contents[self.content].current;
        current.truncate(usize::try_from(len).expect("a small file"));
        Ok(())
    }
}
