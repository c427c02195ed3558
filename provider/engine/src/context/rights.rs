//! Permission errors: whether a retry can help, whether the API key is valid, and whether the project exists. The calls here
//! are made only after a 403, and the result is `None` if they fail.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::{Call, Client, Method, Repeatable};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use crate::hour::hour;
use rules::error::{Error, ErrorKind};
use rules::wire;

/// The paths of the products whose objects grant rights: policies, applications, groups, API keys, projects; and activations
/// and credentials of queues and topics.
const GRANTING: [&str; 3] = ["/iam/", "/account/", "/mnq/"];
/// The timeout of each call here.
const QUESTION: Duration = Duration::from_secs(5);
/// The maximum number of projects in a message.
const NAMED: usize = 10;

/// The cached permission data of one process.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    /// When this process last changed an object that grants permissions.
    changed: Mutex<Option<Instant>>,
    /// Whether the API key is set in the arguments of the provider: then another process of the same run may have just created
    /// it.
    key_of_arguments: AtomicBool,
    /// When the API key was created, if it may be read; read once.
    key: OnceCell<Key>,
    /// The projects that the API key can see; read once.
    projects: OnceCell<Vec<Project>>,
}

/// The data of the API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    MadeAt(Timestamp),
    /// The key has no permission to read itself.
    Unreadable(Instant),
    Unknown,
}

#[derive(Clone, Debug)]
struct Project {
    id: String,
    name: String,
    organization: String,
}

impl Rights {
    pub(crate) fn set_key_of_arguments(&self) {
        self.key_of_arguments.store(true, Ordering::Relaxed);
    }

    /// Notes a successful call.
    pub(crate) fn note(&self, call: &Call, now: Instant) {
        if !call.is_read() && GRANTING.iter().any(|product| call.path.starts_with(product)) {
            *self.changed.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        }
    }

    fn changed_within(&self, window: Duration, now: Instant) -> bool {
        let changed = *self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.is_some_and(|changed| now.saturating_duration_since(changed) < window)
    }
}

/// The classification of a permission error.
pub(crate) enum Verdict {
    /// Recently changed permissions may not be in effect yet.
    Wait,
    /// A retry does not help.
    Final,
    /// The API key is invalid; the API's error.
    Rejected(client::Error),
}

/// The calls about a permission error.
#[derive(Clone, Copy)]
pub(super) struct PermissionCheck<'a> {
    pub(super) client: &'a Client,
    pub(super) rights: &'a Rights,
    /// The deadline of the operation that failed.
    pub(super) deadline: Instant,
}

/// Whether a permission error may be temporary, because new permissions need time to take effect.
pub(super) async fn verdict(check: PermissionCheck<'_>, window: Duration) -> Verdict {
    let clock = check.client.clock();
    if window.is_zero() {
        return Verdict::Final;
    }
    if check.rights.changed_within(window, clock.now()) {
        return Verdict::Wait;
    }
    let key = match check.rights.key.get_or_try_init(|| key(check)).await {
        Ok(key) => *key,
        Err(rejected) => return Verdict::Rejected(rejected),
    };
    let wait = match key {
        Key::MadeAt(made) => {
            let age = hour(&*clock).duration_since(made);
            age < SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX)
        }
        Key::Unreadable(since) => {
            let given = check.rights.key_of_arguments.load(Ordering::Relaxed);
            given && clock.now().saturating_duration_since(since) < window
        }
        Key::Unknown => false,
    };
    if wait { Verdict::Wait } else { Verdict::Final }
}

/// Reads the API key with itself. Fails if the key is invalid.
async fn key(check: PermissionCheck<'_>) -> Result<Key, client::Error> {
    let Some(access_key) = check.client.access_key() else { return Ok(Key::Unknown) };
    let call = Call::new(Method::GET, "/iam/v1alpha1/api-keys/{access_key}", &[("access_key", access_key)]);
    let Ok(call) = call else { return Ok(Key::Unknown) };
    match check.client.send(request(check, call)).await {
        Ok(answer) => {
            let made = answer.body.get("created_at").and_then(Json::as_str).and_then(|text| text.parse().ok());
            Ok(made.map_or(Key::Unknown, Key::MadeAt))
        }
        Err(error) => match error.kind() {
            Some(client::Kind::Unauthenticated) => Err(error),
            Some(client::Kind::Denied) => Ok(Key::Unreadable(check.client.clock().now())),
            _ => Ok(Key::Unknown),
        },
    }
}

/// The project and the organization that a call names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    project: Option<String>,
    organization: Option<String>,
    /// The call creates or changes an object: the project of an existing object was valid before.
    writes: bool,
}

impl Named {
    pub(crate) fn in_call(call: &Call) -> Self {
        let field = |name: &str| {
            let of_query = call.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
            let of_body = || call.body.as_ref().and_then(|body| body.get(name)).and_then(Json::as_str);
            of_query.or_else(of_body).filter(|id| !id.is_empty()).map(str::to_owned)
        };
        let of_storage = || call.storage.as_ref().and_then(|storage| storage.project.clone());
        let writes = !call.is_read() && call.method != Method::DELETE;
        let project = wire::PROJECT.iter().find_map(|name| field(name)).or_else(of_storage);
        let organization = field("organization_id").or_else(|| field("organization"));
        Self { project, organization, writes }
    }
}

/// The error of a call that failed with 403 or 404 because its project or organization does not exist for the API key.
pub(super) async fn unknown_place(check: PermissionCheck<'_>, named: &Named, error: &client::Error) -> Option<Error> {
    let api = error.api()?;
    let about_place = ["project", "organization"].iter().any(|what| api.concerns(what));
    let is_about_place = api.kind() == client::Kind::Denied
        || (about_place && matches!(api.kind(), client::Kind::NotFound | client::Kind::Invalid));
    if !is_about_place || !named.writes || (named.project.is_none() && named.organization.is_none()) {
        return None;
    }
    let projects = check.rights.projects.get_or_try_init(|| projects(check)).await.ok()?;
    // A key that sees no project does not show which ones exist.
    if projects.is_empty() {
        return None;
    }
    if let Some(id) = named.project.as_ref().filter(|id| !projects.iter().any(|project| project.id == **id)) {
        let mut seen: Vec<String> =
            projects.iter().take(NAMED).map(|project| format!("{} (\"{}\")", project.id, project.name)).collect();
        if projects.len() > NAMED {
            seen.push(format!("and {} more", projects.len() - NAMED));
        }
        let fact = format!("project {id} does not exist for this API key; projects it can see: {}", seen.join(", "));
        let hint = "Correct `projectId` of the resource or of the provider, or use an API key of that project.";
        return Some(Error::new(ErrorKind::Denied, fact).hint(hint));
    }
    let organizations: BTreeSet<&str> =
        projects.iter().map(|project| project.organization.as_str()).filter(|id| !id.is_empty()).collect();
    let id = named.organization.as_ref().filter(|id| !organizations.contains(id.as_str()))?;
    let seen: Vec<&str> = organizations.into_iter().collect();
    if seen.is_empty() {
        return None;
    }
    let fact = format!("organization {id} does not exist for this API key; it belongs to {}", seen.join(", "));
    let hint = "Correct `organizationId` of the resource or of the provider, or use an API key of that organization.";
    Some(Error::new(ErrorKind::Denied, fact).hint(hint))
}

async fn projects(check: PermissionCheck<'_>) -> Result<Vec<Project>, ()> {
    let call = Call::new(Method::GET, "/account/v3/projects", &[]).map_err(|_| ())?;
    let listed = check.client.list(request(check, call), "projects").await.map_err(|_| ())?;
    let text = |project: &Json, name: &str| project.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let projects = listed.iter().map(|project| Project {
        id: text(project, "id"),
        name: text(project, "name"),
        organization: text(project, "organization_id"),
    });
    Ok(projects.collect())
}

/// Performs a call with a short timeout, so that it does not delay the error.
fn request(check: PermissionCheck<'_>, call: Call) -> Call {
    call.repeatable(Repeatable::Yes).until(check.deadline.min(check.client.clock().now() + QUESTION))
}
