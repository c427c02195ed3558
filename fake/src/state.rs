//! The state that all requests share: the clock, the objects, the faults and the list of requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::call::World;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::journal::Journal;

/// The shared state.
pub(crate) struct Server {
    pub(crate) clock: Clock,
    pub(crate) started: Timestamp,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
}

impl Server {
    pub(crate) fn new(clock: Clock, world: World, journal: Journal) -> Self {
        let started = clock.now();
        Self { clock, started, world: Mutex::new(world), faults: Mutex::default(), journal: Mutex::new(journal) }
    }

    /// The current state, after all changes that are due.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = lock(&self.world);
        world.store.advance(self.clock.now());
        world
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }
}

/// A request that panicked leaves a usable state.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
