//! Virtual time: the plugin uses the clock of the fake, and a pause of the plugin advances it instead of waiting.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use client::BoxFuture;
use jiff::Timestamp;
use tokio::sync::oneshot;

/// Longer than any pause between two attempts or reads, shorter than any timeout of a request.
const LONGEST_PAUSE: Duration = Duration::from_secs(31);

/// When a timeout ends, and the sender for its future.
type Limit = (Timestamp, oneshot::Sender<()>);

/// The clock of one fake, for the client of the plugin.
#[derive(Clone, Debug)]
pub(crate) struct SharedClock {
    fake: scaleway_fake::Clock,
    origin: Instant,
    began: Timestamp,
    /// Timeouts: they end when the pauses have advanced the clock.
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
            // The receiver may be dropped.
            let _ = limit.send(());
        }
    }
}

impl client::Clock for SharedClock {
    fn now(&self) -> Instant {
        self.origin + self.fake.now().duration_since(self.began).unsigned_abs()
    }

    /// The clock of the machine, because it validates signatures of Object Storage.
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
            // The clock, which this future keeps alive, has the sender.
            let _ = receiver.await;
        })
    }
}
