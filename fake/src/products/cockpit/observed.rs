//! The products that send data to Cockpit.

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};

/// Name, display name, family, resource types; as recorded.
const PRODUCTS: &[(&str, &str, &str, &[&str])] = &[
    ("sbs", "Block Storage", "Storage", &["sbs_volume", "sbs_snapshot"]),
    ("observability", "Cockpit", "Observability", &["observability_cockpit", "observability_exporter"]),
    ("instance", "CPU & GPU Instances", "Compute", &["instance_server", "vpc_pn"]),
    ("datalab", "Data Lab", "Data & Analytics", &["spk_datalab"]),
    ("data-warehouse", "Data Warehouse", "Data & Analytics", &["data_warehouse_clickhouse"]),
    ("edge-services", "Edge Services", "Network", &["edge_content_delivery_service"]),
    ("generative-apis", "Generative APIs", "AI", &["generative_apis"]),
    ("hpc", "GPU Clusters", "High Performance Compute", &["hpc"]),
    ("interlink", "Interlink", "Network", &["interlink", "interlink_dedicated_connection"]),
    ("iot", "IoT Hub", "Integration Services", &["iot_hub", "iot_device"]),
    ("kubernetes", "Kubernetes", "Containers", &["kubernetes_cluster"]),
    ("lb", "Load Balancer", "Network", &["load_balancer"]),
    ("inference", "Managed Inference", "AI", &["inference_deployment", "llm_inference_deployment"]),
    ("mnq", "Messaging and Queuing", "Integration Services", &["mnq_namespace", "mnq_nats", "mnq_sqs", "mnq_sns"]),
    ("mongodb", "MongoDB", "Databases", &["mgdb_instance"]),
    ("object-storage", "Object Storage", "Storage", &["object_storage_bucket"]),
    ("rdb", "PostgreSQL & MySQL", "Databases", &["rdb_instance_postgresql", "rdb_instance_mysql"]),
    ("public-gateway", "Public Gateway", "Network", &["public_gateway"]),
    ("rkv", "Redis", "Databases", &["rkv_cluster"]),
    ("secret-manager", "Secret Manager", "Security & Identity", &["secret_manager_secret", "secret_manager_method"]),
    (
        "serverless",
        "Serverless Functions and Containers",
        "Serverless Compute",
        &["serverless_function", "serverless_function_build", "serverless_container", "serverless_container_trigger"],
    ),
    ("serverless-jobs", "Serverless Jobs", "Serverless Compute", &["serverless_job"]),
    ("serverless-db", "Serverless SQL", "Databases", &["serverless_db_postgresql"]),
    ("svpn", "Site-to-Site VPN", "Network", &["svpn_gateway"]),
    ("transactional-email", "Transactional Emails", "Domains & Web Hosting", &["tem"]),
    ("vpc", "VPC", "Network", &["vpc_pn"]),
];

/// As recorded: all products are in one response, whatever page the request names, and the list field has a name of its
/// own.
pub(super) fn products(call: &mut ReadCall<'_>) -> Handled {
    let mut products: Vec<_> = PRODUCTS.iter().collect();
    if call.query.get("order_by").and_then(Value::as_str).is_some_and(|order| order.ends_with("_desc")) {
        products.reverse();
    }
    let shown: Vec<_> = products
        .iter()
        .map(|(name, display, family, types)| {
            json!({ "name": name, "display_name": display, "family_name": family, "resource_types": types })
        })
        .collect();
    Ok(json!({ "products_list": shown, "total_count": shown.len() }))
}
