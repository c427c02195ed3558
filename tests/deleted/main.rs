//! Only Scaleway's own "not found" means that something is deleted: rules for all resources of the catalog, with the engine and the fake.
//! Each resource of `tests/rpc/lifecycle.yaml` is created once. The client's pauses take no time.

#![allow(clippy::unwrap_used, clippy::panic)]

mod stack;

use tests::domains;

use rules::ErrorKind;
use scaleway_fake::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use crate::stack::{Entry, Stack, Thing, entries};

/// Responses of proxies, gateways and wrong addresses: status, content type and body.
const FOREIGN_RESPONSES: [(&str, u16, &str, &str); 9] = [
    ("an HTML page with 404", 404, "text/html", "<html><head><title>404 Not Found</title></head></html>"),
    ("an empty 404", 404, "text/plain", ""),
    ("a 404 of a gateway", 404, "application/json", r#"{"message":"no Route matched with those values"}"#),
    ("an empty 410", 410, "text/plain", ""),
    ("an empty object", 200, "application/json", "{}"),
    ("null", 200, "application/json", "null"),
    ("an empty list", 200, "application/json", "[]"),
    ("an empty 204", 204, "application/json", ""),
    ("another object", 200, "application/json", r#"{"id":"99999999-9999-4999-8999-999999999999","name":"other"}"#),
];

fn text((_, code, content_type, body): (&str, u16, &str, &str)) -> FaultKind {
    FaultKind::Text { code, content_type: content_type.to_owned(), body: body.to_owned() }
}

fn not_found(id: &str) -> FaultKind {
    let body =
        json!({ "type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": id });
    FaultKind::Status { code: 404, body: Some(body), retry_after: None }
}

/// All objects of the table.
async fn whole() -> (Stack, Vec<(Entry, Thing)>) {
    let mut stack = Stack::start().await;
    let mut all = Vec::new();
    for entry in entries() {
        let thing =
            stack.create(&entry, &entry.inputs).await.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        stack.world.insert(entry.name.clone(), thing.clone());
        all.push((entry, thing));
    }
    all.retain(|(entry, _)| stack.is_remote(entry));
    assert!(all.len() > 60, "{} resources", all.len());
    (stack, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_with_a_foreign_response_keeps_the_state_of_every_resource() {
    let (stack, all) = whole().await;
    let mut wrong = Vec::new();
    for (entry, thing) in &all {
        let product = stack.product(entry, thing).await;
        for answer in FOREIGN_RESPONSES.into_iter().filter(|answer| stack.can_tell_read(entry, answer.1)) {
            stack.fake.fault(Fault::at(&product, text(answer)).times(10_000));
            let read = stack.read(entry, thing).await;
            stack.fake.clear_faults();
            match read {
                Ok(None) => wrong.push(format!("{}: {} is treated as deleted", entry.resource, answer.0)),
                Ok(Some(_)) => wrong.push(format!("{}: {} is treated as success", entry.resource, answer.0)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    wrong.push(format!("{}: {} is reported as not found: {error}", entry.resource, answer.0));
                }
                Err(_) => {}
            }
        }
        if !matches!(stack.read(entry, thing).await, Ok(Some(_))) {
            wrong.push(format!("{} cannot be read afterwards", entry.resource));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len() * FOREIGN_RESPONSES.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_with_a_foreign_response_fails_for_every_function() {
    let (stack, all) = whole().await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (entry, thing) in &all {
        let Some((function, arguments)) = stack.lookup(entry, thing) else { continue };
        for answer in FOREIGN_RESPONSES {
            tried += 1;
            stack.fake.fault(Fault::at("*", text(answer)).times(10_000));
            let found = stack.invoke(&function, &arguments).await;
            stack.fake.clear_faults();
            match found {
                Ok(_) => wrong.push(format!("{function}: {} is treated as success", answer.0)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    wrong.push(format!("{function}: {} is reported as not found: {error}", answer.0));
                }
                Err(_) => {}
            }
        }
        if let Err(error) = stack.invoke(&function, &arguments).await {
            wrong.push(format!("{function} fails afterwards: {error}"));
        }
    }
    assert!(tried > 200, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_is_deleted_between_two_reads_is_gone() {
    let (mut stack, all) = whole().await;
    let mut tried = 0;
    for (entry, thing) in &all {
        // The first read finds it, and all later ones do not.
        stack.restart();
        stack.fake.clear_requests();
        stack.read(entry, thing).await.unwrap();
        let requests = stack.fake.requests();
        if requests.len() < 2 || entry.resource.starts_with("object/") {
            continue;
        }
        tried += 1;
        let product = requests[0].path.split('/').nth(1).unwrap();
        stack.fake.fault(Fault::at(&format!("/{product}/*"), not_found("")).skip(1).times(10_000));
        let read = stack.read(entry, thing).await;
        stack.fake.clear_faults();
        match read {
            Ok(None) => {}
            // Only reads of optional parts failed.
            Ok(Some(_)) if stack.is_whole_by_first_read(entry) => {}
            // The search for the instance of an upgrade, or for a part of something that always exists.
            Err(error) if error.kind() != ErrorKind::NotFound => {}
            other => panic!("{}: {:?}", entry.resource, other.map(|read| read.is_some())),
        }
    }
    assert!(tried > 5, "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_with_a_foreign_response_fails_for_every_resource() {
    let (stack, all) = whole().await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (entry, thing) in &all {
        let product = stack.product(entry, thing).await;
        for answer in FOREIGN_RESPONSES.into_iter().filter(|answer| stack.can_tell_delete(entry, answer.1, answer.3)) {
            tried += 1;
            stack.fake.fault(Fault::at(&product, text(answer)).times(10_000));
            let deleted = stack.delete(entry, thing).await;
            stack.fake.clear_faults();
            if deleted.is_ok() {
                wrong.push(format!("{}: deleted by {}", entry.resource, answer.0));
            }
        }
    }
    assert!(tried > 400, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_scaleway_reports_as_not_found_is_gone() {
    let (mut stack, all) = whole().await;
    let mut wrong = Vec::new();
    for (entry, thing) in all.iter().rev() {
        // Another engine, in which the object was deleted outside of Pulumi.
        stack.delete(entry, thing).await.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        stack.restart();
        match stack.read(entry, thing).await {
            Ok(read) if read.is_some() == entry.stays => {}
            other => wrong.push(format!("{}: {:?}", entry.resource, other.map(|read| read.is_some()))),
        }
        if let Err(error) = stack.delete(entry, thing).await {
            wrong.push(format!("{}: the second delete fails: {error}", entry.resource));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_without_access_to_the_project_removes_nothing_from_the_state() {
    let (mut stack, all) = whole().await;
    let mut wrong = Vec::new();
    for (entry, thing) in &all {
        // As for an API key of another organization: everything is not found, and no project is listed.
        stack.restart();
        let list =
            FaultKind::Status { code: 200, body: Some(json!({ "projects": [], "total_count": 0 })), retry_after: None };
        stack.fake.fault(Fault::at("/account/v3/projects", list).times(10_000));
        // Without a body the fake responds like Object Storage.
        // The fake answers in the format of the protocol if the fault has no body.
        let other_protocols = ["object/", "mnq/snsTopic", "mnq/sqsQueue"];
        let is_stored = other_protocols.iter().any(|start| entry.resource.starts_with(start));
        let stored = FaultKind::Status { code: 404, body: None, retry_after: None };
        let missing = not_found("");
        stack.fake.fault(Fault::at("/account/*", missing.clone()).times(10_000));
        stack.fake.fault(Fault::at("*", if is_stored { stored } else { missing }).times(10_000));
        let (read, deleted) = (stack.read(entry, thing).await, stack.delete(entry, thing).await);
        stack.fake.clear_faults();
        for (what, error) in [("read", read.err()), ("delete", deleted.err())] {
            match error.map(|error| error.to_string()) {
                None if what == "delete" && !stack.is_deletable(entry) => {}
                Some(error) if error.contains("is not visible to the API key SCW") => {}
                // Its search for the instance of an upgrade fails first.
                Some(_) if entry.resource == "databases/instance:Instance" => {}
                other => wrong.push(format!("{} {what}: {other:?}", entry.resource)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_without_a_project_stays_when_the_project_of_another_resource_is_not_visible() {
    let (mut stack, all) = whole().await;
    let find = |token: &str| all.iter().find(|(entry, _)| entry.resource == token).unwrap();
    let ((images, whole), (trigger, part)) = (find("registry/namespace:Namespace"), find("containers/trigger:Trigger"));
    assert!(part.state.get("projectId").is_none());
    stack.restart();
    let list = json!({ "projects": [], "total_count": 0 });
    let list = FaultKind::Status { code: 200, body: Some(list), retry_after: None };
    stack.fake.fault(Fault::at("/account/v3/projects", list).times(10_000));
    let project = format!("/account/v3/projects/{}", whole.state["projectId"].as_str().unwrap());
    stack.fake.fault(Fault::at(&project, not_found("")).times(10_000));
    stack.fake.fault(Fault::at("/registry/*", not_found("")).times(10_000));
    stack.fake.fault(Fault::at("/containers/*", not_found("")).times(10_000));
    assert!(stack.read(images, whole).await.is_err());
    assert!(stack.read(trigger, part).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_without_permission_to_read_projects_accepts_not_found() {
    let (mut stack, all) = whole().await;
    let (entry, thing) = all.iter().find(|(entry, _)| entry.resource == "registry/namespace:Namespace").unwrap();
    let denied = json!({ "type": "permissions_denied", "message": "insufficient permissions" });
    let denied = FaultKind::Status { code: 403, body: Some(denied), retry_after: None };
    stack.restart();
    stack.fake.fault(Fault::at("/account/*", denied).times(10_000));
    stack.fake.fault(Fault::at("/registry/*", not_found("")).times(10_000));
    assert!(stack.read(entry, thing).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_read_once_for_all_resources_that_are_not_found() {
    let (mut stack, all) = whole().await;
    stack.restart();
    stack.fake.clear_requests();
    stack.fake.fault(Fault::at("/registry/*", not_found("")).times(10_000));
    stack.fake.fault(Fault::at("/containers/*", not_found("")).times(10_000));
    let mut projects = std::collections::BTreeSet::new();
    for (entry, thing) in all
        .iter()
        .filter(|(entry, _)| entry.resource.starts_with("registry/") || entry.resource.starts_with("containers/"))
    {
        assert!(stack.read(entry, thing).await.unwrap().is_none(), "{}", entry.resource);
        projects.insert(thing.state["projectId"].as_str().unwrap_or("the provider's").to_owned());
    }
    let reads = stack.fake.requests().iter().filter(|entry| entry.path.starts_with("/account/")).count();
    assert!(reads <= projects.len(), "{reads} calls for {projects:?}");
    assert!(reads > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_404_about_an_object_that_the_call_does_not_name_is_not_about_the_resource() {
    let (stack, all) = whole().await;
    let mut wrong = Vec::new();
    for (entry, thing) in all.iter().filter(|(entry, _)| !entry.resource.starts_with("object/")) {
        stack.fake.fault(Fault::at("*", not_found("77777777-7777-4777-8777-777777777777")).times(10_000));
        let (read, deleted) = (stack.read(entry, thing).await, stack.delete(entry, thing).await);
        stack.fake.clear_faults();
        if read.is_ok() || (deleted.is_ok() && stack.is_deletable(entry)) {
            wrong.push(entry.resource.clone());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_waits_for_eventually_consistent_reads_and_lists_of_every_resource() {
    let mut stack = Stack::start().await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for entry in entries() {
        let least = if entry.least.is_empty() { &entry.inputs } else { &entry.least };
        if stack.is_remote(&entry) {
            stack.fake.clear_requests();
            let thing = stack.create(&entry, least).await.unwrap();
            let read = stack.first_read_after_create(&entry);
            let seen = read.as_ref().map_or(0, |(path, _)| stack.reads_before_change(path));
            stack.delete(&entry, &thing).await.unwrap();
            domains::expire(&stack.fake);
            if let Some((path, lag)) = read {
                tried += 1;
                stack.fake.fault(Fault::at(&path, lag).method(stack.read_method(&entry)).skip(seen).times(2));
                match stack.create(&entry, least).await {
                    Ok(thing) => stack.delete(&entry, &thing).await.unwrap(),
                    Err(error) => wrong.push(format!("{}: {error}", entry.resource)),
                }
                stack.fake.clear_faults();
                domains::expire(&stack.fake);
            }
        }
        let thing =
            stack.create(&entry, &entry.inputs).await.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        stack.world.insert(entry.name.clone(), thing);
    }
    assert!(tried > 20, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_waits_for_eventually_consistent_reads_and_lists_of_every_resource() {
    let mut stack = Stack::start().await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for entry in entries() {
        let mut read = None;
        if stack.is_remote(&entry) && !entry.change.is_empty() {
            let thing =
                stack.create(&entry, &entry.inputs).await.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
            stack.fake.clear_requests();
            let thing = stack.update(&entry, &thing, &entry.change).await.unwrap();
            read = stack.first_read_after_create(&entry).map(|read| (stack.reads_before_change(&read.0), read));
            stack.delete(&entry, &thing).await.unwrap();
            domains::expire(&stack.fake);
        }
        let thing =
            stack.create(&entry, &entry.inputs).await.unwrap_or_else(|error| panic!("{}: {error}", entry.resource));
        stack.world.insert(entry.name.clone(), thing.clone());
        let Some((seen, (path, lag))) = read else { continue };
        tried += 1;
        stack.fake.fault(Fault::at(&path, lag).method(stack.read_method(&entry)).skip(seen).times(2));
        if let Err(error) = stack.update(&entry, &thing, &entry.change).await {
            wrong.push(format!("{}: {error}", entry.resource));
        }
        stack.fake.clear_faults();
    }
    assert!(tried > 5, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_waits_for_a_parent_that_was_created_shortly_before() {
    let mut stack = Stack::start().await;
    let entry = |resource: &str, name: &str, inputs: Json| Entry {
        resource: resource.to_owned(),
        name: name.to_owned(),
        inputs: inputs.as_object().unwrap().clone(),
        ..Entry::default()
    };
    let parent = entry("functions/namespace:Namespace", "parent", json!({ "name": "parent" }));
    let made = stack.create(&parent, &parent.inputs).await.unwrap();
    let uuid = made.id.rsplit('/').next().unwrap().to_owned();
    stack.world.insert("parent".to_owned(), made);
    let child = entry(
        "functions/function:Function",
        "child",
        json!({ "namespaceId": "$parent.id", "runtime": "node22", "handler": "h", "privacy": "public" }),
    );

    stack.fake.fault(Fault::at("/functions/*/functions", not_found(&uuid)).method("POST").times(2));
    stack.create(&child, &child.inputs).await.unwrap();

    // Another process did not create the namespace, and accepts the 404.
    stack.restart();
    stack.fake.fault(Fault::at("/functions/*/functions", not_found(&uuid)).method("POST").times(2));
    let error = stack.create(&child, &child.inputs).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}
