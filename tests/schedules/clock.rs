//! Virtual time: the plugin's clock is the fake's, and a pause of the plugin moves it instead of waiting.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use client::BoxFuture;
use jiff::Timestamp;
use tokio::sync::oneshot;

/// Longer than any pause between two attempts or reads, shorter than any time limit of a call.
const LONGEST_PAUSE: Duration = Duration::from_secs(31);

/// When a time limit ends, and who waits for it.
type Limit = (Timestamp, oneshot::Sender<()>);

/// The clock of one fake, as the plugin's client takes it.
#[derive(Clone, Debug)]
pub(crate) struct SharedClock {
    fake: scaleway_fake::Clock,
    origin: Instant,
    began: Timestamp,
    /// Time limits: they end when enough pauses have passed.
    limits: Arc<Mutex<Vec<Limit>>>,
}

impl SharedClock {
    pub(crate) fn new(fake: scaleway_fake::Clock) -> Self {
        let began = fake.now();
        Self { fake, origin: Instant::now(), began, limits: Arc::default() }
    }

    fn advance(&self, by: Duration) {
        self.fake.advance(by);
        let now = self.fake.now();
        for (_, limit) in self.limits.lock().unwrap().extract_if(.., |(due, _)| *due <= now) {
            // The waiting side may be gone.
            let _ = limit.send(());
        }
    }
}

impl client::Clock for SharedClock {
    fn now(&self) -> Instant {
        self.origin + self.fake.now().duration_since(self.began).unsigned_abs()
    }

    /// The machine's: signatures of Object Storage are checked against it.
    fn today(&self) -> SystemTime {
        client::SystemClock.today()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            if duration <= LONGEST_PAUSE {
                clock.advance(duration);
                tokio::task::yield_now().await;
                return;
            }
            let (sender, receiver) = oneshot::channel();
            let due = clock.fake.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
            clock.limits.lock().unwrap().push((due, sender));
            // The sender is kept by the clock, which this future keeps alive.
            let _ = receiver.await;
        })
    }
}
