//! Listens to everything the code under test logs, at its most talkative.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::Level;

/// Does something and gives what was logged meanwhile on this thread.
pub(crate) fn listen<T>(work: impl FnOnce() -> T) -> (T, String) {
    let heard = Heard::default();
    let sink = heard.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    let done = tracing::subscriber::with_default(subscriber, work);
    let text = String::from_utf8_lossy(&heard.0.lock().expect("nobody panics while holding it")).into_owned();
    (done, text)
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while holding it").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
