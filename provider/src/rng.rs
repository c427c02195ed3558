//! The random number generator of the operating system, for the engine.

use std::io;

use rules::rng::Rng;

/// Random bytes of the operating system.
pub(crate) struct LocalRng;

impl Rng for LocalRng {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }
}
