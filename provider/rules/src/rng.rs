//! The random number generator, as an argument of the engine.

use std::io;

/// A cryptographically secure random number generator.
pub trait Rng: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// No random number generator: every call fails.
pub struct NoRng;

impl Rng for NoRng {
    fn fill(&self, _: &mut [u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
