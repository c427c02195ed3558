//! Chance, as an argument: who runs the engine says where unpredictable bytes come from. Knows no source of them.

use std::io;

/// A source of bytes that nobody can predict.
pub trait Chance: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}

/// Where nothing is left to chance: nothing can be made that needs it.
pub struct NoChance;

impl Chance for NoChance {
    fn fill(&self, _: &mut [u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
