//! Bought domains, which no request deletes.

use scaleway_fake::Running;

/// Lets bought domains expire and removes their purchases, so that a program can buy them again.
pub fn expire(fake: &Running) {
    for task in fake.objects("domain/task") {
        for name in task.fields["domain"].as_str().into_iter().flat_map(|names| names.split(',')) {
            let _ = fake.remove("domain/domain", "", name);
        }
        let _ = fake.remove("domain/task", "", &task.id);
    }
}
