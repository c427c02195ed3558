//! The chance of this machine, as the engine asks for it. Knows nothing of what is made of it.

use std::io;

use rules::chance::Chance;

/// What the operating system calls random.
pub(crate) struct LocalChance;

impl Chance for LocalChance {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }
}
