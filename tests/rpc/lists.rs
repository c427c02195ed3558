//! List: resources that are parts of others, pages, and deleted objects.

use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::{DEFAULT_ORGANIZATION, Fake, Seed};
use serde_json::{Value as Json, json};
use tests::places;
use tests::property_bag::to_json;
use tokio::task::JoinSet;

use crate::plugin::{Plugin, SECRET_KEY, Thing, urn};

const ACL: &str = "object/bucketAcl:BucketAcl";
const ADDRESS: &str = "network/publicGatewayIp:PublicGatewayIp";
const BUCKET: &str = "object/bucket:Bucket";
const MEMBERSHIP: &str = "iam/groupMembership:GroupMembership";
const OBJECT: &str = "object/item:Item";
const QUEUE: &str = "mnq/sqsQueue:SqsQueue";
const REVERSE: &str = "network/publicGatewayIpReverseDns:PublicGatewayIpReverseDns";

const SUBSCRIPTION: &str = "mnq/snsTopicSubscription:SnsTopicSubscription";
const TOPIC: &str = "mnq/snsTopic:SnsTopic";

/// Maximum number of elements in one response of Object Storage.
const OBJECTS_OF_A_PAGE: usize = 1000;
/// Page size of the other APIs.
const PAGE: usize = 100;
const MADE: &str = "2026-01-01T00:00:00.000000Z";

async fn made(plugin: &mut Plugin, token: &str, program: Json) -> Thing {
    let inputs = plugin.check(token, None, &program).await;
    plugin.create(token, &inputs, false).await.unwrap_or_else(|status| panic!("{token}: {status}"))
}

/// The IDs of all objects, each of which can be imported.
async fn ids(plugin: &mut Plugin, token: &str, query: Json) -> Vec<String> {
    let all = plugin.list(token, &query, 0).await;
    let ids: Vec<String> = all.into_iter().map(|(id, _)| id).collect();
    for id in ids.iter().take(3) {
        let read = plugin.read(token, &Thing::unknown(id)).await.unwrap_or_else(|status| panic!("{id}: {status}"));
        assert_eq!(read.map(|read| read.id).as_deref(), Some(id.as_str()), "{token}");
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_all_buckets_are_listed_from_all_pages() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let full = made(&mut plugin, BUCKET, json!({ "name": "full" })).await;
    let other = made(&mut plugin, BUCKET, json!({ "name": "other" })).await;
    made(&mut plugin, BUCKET, json!({ "name": "void" })).await;
    made(&mut plugin, OBJECT, json!({ "bucket": other.id, "key": "a folder/" })).await;
    made(&mut plugin, OBJECT, json!({ "bucket": other.id, "key": "a folder/one & two.txt" })).await;
    let mut creates = JoinSet::new();
    for number in 0..=OBJECTS_OF_A_PAGE {
        let program = json!({ "bucket": full.id, "key": format!("{number:04}") });
        let properties = Some(plugin.check(OBJECT, None, &program).await);
        let request = rpc::CreateRequest { urn: urn(OBJECT), properties, ..Default::default() };
        let mut client = plugin.client.clone();
        creates.spawn(async move { client.create(request).await });
    }
    for created in creates.join_all().await {
        created.unwrap();
    }

    let all = ids(&mut plugin, OBJECT, json!({})).await;
    assert_eq!(all.len(), OBJECTS_OF_A_PAGE + 3);
    assert_eq!(all[OBJECTS_OF_A_PAGE], "fr-par/full/1000", "the one on the second page");
    let some = ids(&mut plugin, OBJECT, json!({ "bucket": other.id })).await;
    assert_eq!(some, ["fr-par/other/a folder/", "fr-par/other/a folder/one & two.txt"]);
    assert_eq!(all[OBJECTS_OF_A_PAGE + 1..], some);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bucket_has_a_listed_access_control_list() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let open = made(&mut plugin, BUCKET, json!({ "name": "open" })).await;
    made(&mut plugin, BUCKET, json!({ "name": "shut" })).await;
    made(&mut plugin, ACL, json!({ "bucket": open.id, "acl": "public-read" })).await;
    assert_eq!(ids(&mut plugin, ACL, json!({})).await, ["fr-par/open/public-read", "fr-par/shut/private"]);
    assert_eq!(ids(&mut plugin, ACL, json!({ "bucket": open.id })).await, ["fr-par/open/public-read"]);
}

/// The credentials of the service of this name, created in the provider's project.
async fn messaging_credentials(plugin: &mut Plugin, service: &str) -> Json {
    let lower = service.to_lowercase();
    made(plugin, &format!("mnq/{lower}:{service}"), json!({})).await;
    let permissions = json!({ "name": "manager", "permissions": { "canManage": true, "canReceive": true } });
    let credentials = made(plugin, &format!("mnq/{lower}Credentials:{service}Credentials"), permissions).await;
    let state = to_json(&credentials.state);
    json!({ "accessKey": state["accessKey"], "secretKey": state["secretKey"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_topics_and_subscriptions_are_listed_with_their_credentials() {
    let fake = Fake::builder().keys([SECRET_KEY]).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let with = |keys: &Json, name: &str, value: &str| {
        let mut inputs = keys.clone();
        inputs[name] = value.into();
        inputs
    };
    let sqs = messaging_credentials(&mut plugin, "Sqs").await;
    let sns = messaging_credentials(&mut plugin, "Sns").await;
    for (token, keys) in [(QUEUE, &sqs), (TOPIC, &sns), (SUBSCRIPTION, &sns)] {
        assert!(plugin.list(token, keys, 0).await.is_empty(), "{token}");
    }
    let mut objects = Vec::new();
    for (token, keys) in [(QUEUE, &sqs), (QUEUE, &sqs), (TOPIC, &sns)] {
        let name = format!("{}-{}", token.len(), objects.len());
        objects.push((token, keys, name.clone(), made(&mut plugin, token, with(keys, "name", &name)).await));
    }
    let mut subscribed = with(&sns, "topicId", &objects[2].3.id);
    (subscribed["protocol"], subscribed["endpoint"]) = ("lambda".into(), "https://orders.example.org".into());
    let topic = objects[2].2.clone();
    objects.push((SUBSCRIPTION, &sns, topic, made(&mut plugin, SUBSCRIPTION, subscribed).await));
    for (token, keys) in [(QUEUE, &sqs), (TOPIC, &sns), (SUBSCRIPTION, &sns)] {
        let expected = objects.iter().filter(|(of, ..)| *of == token);
        let expected: Vec<(String, String)> =
            expected.map(|(_, _, name, object)| (object.id.clone(), name.clone())).collect();
        assert_eq!(plugin.list(token, keys, 0).await, expected);
        // As in an import, the provider can have the credentials.
        let key = |name: &str| keys[name].as_str().unwrap();
        let mut importing = Plugin::with_key(&fake, key("accessKey"), key("secretKey")).await;
        assert_eq!(ids(&mut importing, token, json!({})).await.len(), expected.len());
        let request = rpc::ListRequest { token: format!("evalap-scaleway:{token}"), ..Default::default() };
        let error = Plugin::with_fake(&fake, None).await.client.list(request).await.err().unwrap().to_string();
        let facts = ["permission denied", "`accessKey` and `secretKey` of the provider", "credentials", "`canManage`"];
        assert!(facts.iter().all(|fact| error.contains(fact)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ip_has_a_listed_reverse_name_if_one_was_set() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let named = made(&mut plugin, ADDRESS, json!({})).await;
    made(&mut plugin, ADDRESS, json!({})).await;
    let name = json!({ "gatewayIpId": named.id, "reverse": "gateway.example.org" });
    let reverse = made(&mut plugin, REVERSE, name).await;
    assert_eq!(ids(&mut plugin, REVERSE, json!({})).await, [named.id.as_str()]);
    plugin.delete(REVERSE, &reverse).await.unwrap();
    assert!(plugin.list(REVERSE, &json!({}), 0).await.is_empty(), "it has its default name again");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_all_groups_are_listed_from_all_pages() {
    let (user, application) = ("22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333");
    let id = |number: usize| format!("11111111-1111-1111-1111-{number:012}");
    // A group in the middle is empty.
    let members =
        |number: usize| if number == PAGE / 2 { (json!([]), json!([])) } else { (json!([user]), json!([application])) };
    let group = |number: usize| {
        let (users, applications) = members(number);
        let fields = json!({
            "id": id(number), "organization_id": DEFAULT_ORGANIZATION, "name": format!("group-{number}"), "description": "",
            "user_ids": users, "application_ids": applications, "tags": [], "editable": true, "deletable": true,
            "managed": false, "created_at": MADE, "updated_at": MADE,
        });
        json!({ "kind": "iam/group", "id": id(number), "fields": fields })
    };
    let groups: Vec<Json> = (0..=PAGE).map(group).collect();
    let seed = Seed::parse(&json!({ "objects": groups }).to_string()).unwrap();
    let fake = Fake::builder().seed(seed).start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let all = plugin.list(MEMBERSHIP, &json!({}), 0).await;
    let with_members = (0..=PAGE).filter(|number| *number != PAGE / 2);
    let expected: Vec<(String, String)> = with_members
        .flat_map(|number| {
            [("app", application), ("user", user)]
                .map(|(kind, member)| (format!("{}/{kind}/{member}", id(number)), format!("group-{number}-{member}")))
        })
        .collect();
    assert_eq!(all, expected);
    assert_eq!(plugin.list(MEMBERSHIP, &json!({}), 7).await, expected, "in pages");
    assert_eq!(ids(&mut plugin, MEMBERSHIP, json!({})).await.len(), 2 * PAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn discontinued_resources_are_not_listed_and_send_no_requests() {
    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_fake(&fake, None).await;
    let catalog = places::catalog();
    let discontinued: Vec<&String> = catalog
        .resources
        .iter()
        .filter(|(_, resource)| resource.discontinued.is_some())
        .map(|(token, _)| token)
        .collect();
    assert!(!discontinued.is_empty());
    for token in discontinued {
        assert!(plugin.list(token, &json!({}), 0).await.is_empty(), "{token}");
    }
    assert!(fake.requests().is_empty(), "{:?}", fake.requests());
}
