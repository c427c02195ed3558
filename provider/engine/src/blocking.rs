//! Work that computes argon2 hashes: off the threads that serve requests, and one at a time, because a hash of the API needs
//! 64 MiB of memory.

use catalog::{Equal, Property, Resource};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// One computation at a time in the process.
static ONE: Semaphore = Semaphore::const_new(1);

/// Runs work on a resource that may compute hashes.
pub async fn computed<T>(resource: &Resource, work: impl FnOnce() -> T) -> T {
    let hashes = |property: &Property| property.write_only || property.equal == Some(Equal::Argon2id);
    if resource.properties.values().any(hashes) { blocking(work).await } else { work() }
}

async fn blocking<T>(work: impl FnOnce() -> T) -> T {
    // A runtime with one thread computes one hash at a time anyway.
    if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
        return work();
    }
    let _permit = ONE.acquire().await;
    // Other tasks of this thread move to another one.
    tokio::task::block_in_place(work)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_hash_is_computed_at_a_time() {
        let running = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let running = Arc::clone(&running);
            tasks.spawn(async move {
                blocking(|| {
                    let others = running.fetch_add(1, SeqCst);
                    // Time for the other threads to start their work too.
                    (0..1_000).for_each(|_| std::thread::yield_now());
                    running.fetch_sub(1, SeqCst);
                    others
                })
                .await
            });
        }
        assert!(tasks.join_all().await.iter().all(|others| *others == 0));
    }
}
