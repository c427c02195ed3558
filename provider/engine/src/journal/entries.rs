//! The operations of one process: unfinished ones, and the URN of each object.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use catalog::Resource;
use jiff::Timestamp;
use tokio::sync::RwLock;

use super::lines::{Attempt, Interruption, Line, Unfinished, stack_of};

/// Persistent storage of the journal. The implementation handles read and write errors.
pub trait Journal: Send + Sync {
    /// The unfinished operations of a stack; `None` if there is no journal.
    fn unfinished(&self, stack: &str) -> Option<Unfinished>;
    /// Adds a line for a stack.
    fn write(&self, stack: &str, line: &Line);
    /// The ID of this process, by which other processes find out that it is running; empty if the journal has no such IDs.
    fn process(&self) -> String {
        String::new()
    }
    /// Assigns the attempt of a process that has ended to this process. Returns false if another process has claimed it.
    fn claim(&self, _stack: &str, _attempt: &Attempt) -> bool {
        true
    }
}

/// No persistent storage.
pub(crate) struct NoJournal;

impl Journal for NoJournal {
    fn unfinished(&self, _: &str) -> Option<Unfinished> {
        Some(Unfinished::default())
    }

    fn write(&self, _: &str, _: &Line) {}
}

/// The operations of one process: unfinished ones, and the URN of each object.
pub(crate) struct JournalEntries {
    pub(super) journal: Arc<dyn Journal>,
    stacks: Mutex<HashMap<String, Stack>>,
    /// Token and ID to URN.
    owners: Mutex<HashMap<(String, String), String>>,
    locks: Mutex<HashMap<String, Arc<RwLock<()>>>>,
}

/// The operations of one stack.
#[derive(Default)]
pub(super) struct Stack {
    /// The unfinished attempts of each URN; several processes may have been creating objects for one URN.
    open: HashMap<String, Vec<Attempt>>,
    /// The URNs for which another running process has an unfinished create.
    running: HashSet<String>,
    pub(super) changes: Vec<Interruption>,
    /// When the creates of earlier processes started whose objects the engine stores, by their Pulumi IDs.
    created: HashMap<String, Timestamp>,
    /// The deletes and updates of this process that were answered: URN and ID.
    pub(super) answered: Vec<(String, String)>,
    /// There was no journal at the start.
    is_new: bool,
    /// Pulumi's engine has shown that it stores an object.
    is_stored: bool,
    /// The URNs of the objects that this process has created.
    made: Vec<String>,
}

impl JournalEntries {
    pub(crate) fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal, stacks: Mutex::default(), owners: Mutex::default(), locks: Mutex::default() }
    }

    /// The latest unfinished attempt of a URN, if there is one.
    pub(crate) fn unfinished(&self, urn: &str) -> Option<Attempt> {
        self.stack(urn, |stack| stack.open.get(urn)?.last().cloned())
    }

    /// Whether another running process is creating an object for this URN, and this process has not started to. The journal is
    /// read again, so that the attempt of a process that has ended since then is unfinished.
    pub(crate) fn is_running(&self, urn: &str) -> bool {
        self.stack(urn, |stack| {
            if !stack.running.contains(urn) {
                return false;
            }
            let Unfinished { creates, running, .. } = self.journal.unfinished(stack_of(urn)).unwrap_or_default();
            stack.open.insert(urn.to_owned(), creates.into_iter().filter(|attempt| attempt.urn == urn).collect());
            let is_running = running.iter().any(|attempt| attempt.urn == urn);
            if !is_running {
                stack.running.remove(urn);
            }
            is_running
        })
    }

    /// The latest unfinished attempt of a URN that this process continues from now on.
    pub(crate) fn claim(&self, urn: &str) -> Option<Attempt> {
        let process = self.journal.process();
        self.stack(urn, |stack| {
            let open = stack.open.get_mut(urn)?;
            while let Some(mut attempt) = open.pop() {
                if attempt.process == process || self.journal.claim(stack_of(urn), &attempt) {
                    attempt.process.clone_from(&process);
                    open.push(attempt.clone());
                    return Some(attempt);
                }
            }
            None
        })
    }

    /// The unfinished attempt of a URN whose state contains another object. An action has no object.
    pub(crate) fn unstored(&self, resource: &Resource, urn: &str, id: &str) -> Option<Attempt> {
        let is_other = |attempt: &Attempt| attempt.token == resource.token && attempt.id.as_deref() != Some(id);
        self.unfinished(urn).filter(|attempt| resource.action.is_none() && is_other(attempt))
    }

    /// Notes the ID of the object of an unfinished attempt, which stays open.
    pub(crate) fn found(&self, urn: &str, id: &str) {
        let process = self.stack(urn, |stack| {
            let attempt = stack.open.get_mut(urn)?.last_mut()?;
            attempt.id = Some(id.to_owned());
            Some(attempt.process.clone())
        });
        let process = process.unwrap_or_default();
        self.journal.write(stack_of(urn), &Line::Made { urn: urn.to_owned(), id: id.to_owned(), process });
    }

    /// Whether the state contains objects of a stack for which this machine has no journal, as on a new CI runner.
    pub(crate) fn is_foreign(&self, urn: &str) -> bool {
        self.stack(urn, |stack| stack.is_new && stack.is_stored)
    }

    /// Notes an attempt before its call is sent.
    pub(crate) fn began(&self, attempt: &Attempt) {
        if attempt.urn.is_empty() {
            return;
        }
        let attempt = Attempt { process: self.journal.process(), ..attempt.clone() };
        self.stack(&attempt.urn, |stack| {
            stack.end(&attempt.urn, &attempt.process);
            stack.open.entry(attempt.urn.clone()).or_default().push(attempt.clone());
        });
        let stack = stack_of(&attempt.urn).to_owned();
        self.journal.write(&stack, &Line::Began(attempt));
    }

    /// Notes the ID of the created object. For this process the attempt is finished; a later process finds out from Pulumi's
    /// engine whether it stores the object.
    pub(crate) fn made(&self, token: &str, urn: &str, id: &str) {
        if urn.is_empty() {
            return;
        }
        self.own(token, urn, id);
        let process = self.journal.process();
        self.stack(urn, |stack| {
            stack.end(urn, &process);
            stack.made.push(urn.to_owned());
        });
        self.changed(urn, id);
        self.journal.write(stack_of(urn), &Line::Made { urn: urn.to_owned(), id: id.to_owned(), process });
    }

    /// The attempt has created no object, or the object no longer exists.
    pub(crate) fn closed(&self, urn: &str) {
        if urn.is_empty() {
            return;
        }
        let ended = self.stack(urn, |stack| stack.open.get_mut(urn)?.pop());
        let process = ended.map_or_else(|| self.journal.process(), |attempt| attempt.process);
        self.journal.write(stack_of(urn), &Line::Closed { urn: urn.to_owned(), process });
    }

    /// Pulumi's engine ends the plugin, so it has stored all results: no operation is unfinished, even if the user removes an
    /// object from the state later.
    pub(crate) fn delivered(&self) {
        for (stack, entries) in lock(&self.stacks).iter_mut() {
            for urn in entries.made.drain(..) {
                self.journal.write(stack, &Line::Closed { urn, process: self.journal.process() });
            }
            for (urn, id) in entries.answered.drain(..) {
                self.journal.write(stack, &Line::Changed { urn, id });
            }
        }
    }

    /// The engine stores the object of this ID for a URN.
    pub(crate) fn stored(&self, token: &str, urn: &str, id: &str) {
        if urn.is_empty() || id.is_empty() {
            return;
        }
        self.own(token, urn, id);
        let closed = self.stack(urn, |stack| {
            stack.is_stored = true;
            let open = stack.open.get_mut(urn)?;
            let place = open.iter().position(|attempt| attempt.id.as_deref() == Some(id))?;
            let attempt = open.remove(place);
            stack.created.insert(id.to_owned(), attempt.began);
            Some(attempt.process)
        });
        if let Some(process) = closed {
            self.journal.write(stack_of(urn), &Line::Closed { urn: urn.to_owned(), process });
        }
    }

    /// When the create of an object started in an earlier process, if the journal still has it.
    pub(crate) fn created_at(&self, urn: &str, id: &str) -> Option<Timestamp> {
        self.stack(urn, |stack| stack.created.get(id).copied())
    }

    /// Assigns the object to this URN, so that no other URN can adopt it.
    pub(crate) fn own(&self, token: &str, urn: &str, id: &str) {
        lock(&self.owners).insert((token.to_owned(), id.to_owned()), urn.to_owned());
    }

    /// Whether an object belongs to another URN.
    pub(crate) fn is_of_another(&self, token: &str, urn: &str, id: &str) -> bool {
        let owners = lock(&self.owners);
        owners.get(&(token.to_owned(), id.to_owned())).is_some_and(|owner| owner != urn)
    }

    /// Create calls hold this lock for reading; the look-up of an object holds it for writing, so that no concurrent call can
    /// create an equal object.
    pub(crate) fn lock(&self, key: &str) -> Arc<RwLock<()>> {
        Arc::clone(lock(&self.locks).entry(key.to_owned()).or_default())
    }

    /// The journal of a stack is read when it is first needed.
    pub(super) fn stack<T>(&self, urn: &str, work: impl FnOnce(&mut Stack) -> T) -> T {
        let name = stack_of(urn);
        let mut stacks = lock(&self.stacks);
        let stack = stacks.entry(name.to_owned()).or_insert_with(|| {
            let unfinished = self.journal.unfinished(name);
            let is_new = unfinished.is_none();
            let Unfinished { creates, running, changes, created } = unfinished.unwrap_or_default();
            let mut open: HashMap<String, Vec<Attempt>> = HashMap::new();
            for attempt in creates {
                open.entry(attempt.urn.clone()).or_default().push(attempt);
            }
            let running = running.into_iter().map(|attempt| attempt.urn).collect();
            let created = created.into_iter().collect();
            Stack { open, running, changes, created, is_new, ..Stack::default() }
        });
        work(stack)
    }
}

impl Stack {
    /// Removes the attempt of a URN and a process.
    fn end(&mut self, urn: &str, process: &str) {
        if let Some(open) = self.open.get_mut(urn) {
            open.retain(|attempt| attempt.process != process);
        }
    }
}

/// A panic in another thread leaves these maps consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "entries_tests.rs"]
mod tests;
