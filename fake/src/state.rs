//! The state that all requests share: the clock, the random number generator, the objects, the faults and the list of
//! requests.
//!
//! The objects have a lock for reading and writing: operations that only read run at the same time. Everything else has
//! a lock of its own, which is held for a few instructions.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::call::World;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::hashing::Hasher;
use crate::journal::Journal;
use crate::random::Random;
use crate::unstored::Unstored;

/// The shared state.
pub(crate) struct Server {
    pub(crate) clock: Clock,
    pub(crate) started: Timestamp,
    /// The random number generator of the objects.
    pub(crate) rng: Random,
    pub(crate) hasher: Hasher,
    world: RwLock<World>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    unstored: Mutex<Unstored>,
}

/// The objects while they are locked for changes. The changes that are due are applied at the end, so that reads find
/// nothing to apply.
pub(crate) struct WorldGuard<'a> {
    world: RwLockWriteGuard<'a, World>,
    clock: &'a Clock,
}

impl Server {
    pub(crate) fn new(clock: Clock, world: World, hasher: Hasher, journal: Journal) -> Self {
        Self {
            started: clock.now(),
            clock,
            rng: world.rng.clone(),
            hasher,
            world: RwLock::new(world),
            faults: Mutex::default(),
            journal: Mutex::new(journal),
            unstored: Mutex::default(),
        }
    }

    /// The objects after all changes that are due, locked for reading. Do not call it while the result of an earlier
    /// call exists: a request that waits for [`Server::write`] would block both.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, World> {
        let world = self.world.read().unwrap_or_else(PoisonError::into_inner);
        if !world.store.is_due(self.clock.now()) {
            return world;
        }
        drop(world);
        RwLockWriteGuard::downgrade(self.advanced())
    }

    /// The objects after all changes that are due, locked for changes.
    pub(crate) fn write(&self) -> WorldGuard<'_> {
        WorldGuard { world: self.advanced(), clock: &self.clock }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    /// The request fields that no object contains.
    pub(crate) fn unstored(&self) -> MutexGuard<'_, Unstored> {
        lock(&self.unstored)
    }

    fn advanced(&self) -> RwLockWriteGuard<'_, World> {
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        world.store.advance(self.clock.now());
        world
    }
}

impl Deref for WorldGuard<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for WorldGuard<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for WorldGuard<'_> {
    fn drop(&mut self) {
        // After a panic the next request applies the changes.
        if !std::thread::panicking() {
            self.world.store.advance(self.clock.now());
        }
    }
}

/// A request that panicked leaves a usable state.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
