//! Records all logs of the tested code, at the most detailed level.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::Level;

/// Runs a function, and returns the logs of this thread.
pub(crate) fn listen<T>(work: impl FnOnce() -> T) -> (T, String) {
    let recorded = Recorded::default();
    let sink = recorded.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let done = tracing::subscriber::with_default(subscriber, work);
    let text = String::from_utf8_lossy(&recorded.0.lock().expect("no panic while locked")).into_owned();
    (done, text)
}

#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<u8>>>);

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while locked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
