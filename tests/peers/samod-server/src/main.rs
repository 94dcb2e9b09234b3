//! The peer of `cargo xtask bench sync` in Rust: samod as a server, WebSocket and files, as its own
//! documentation sets it up. Arguments: port, folder.

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use samod::storage::TokioFilesystemStorage;
use samod::{Repo, ShareConfig, Url};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(port), Some(folder)) = (words.next(), words.next()) else {
        return Err("give a port and a folder".into());
    };
    let repo = Repo::build_tokio()
        .with_storage(TokioFilesystemStorage::new(folder))
        .with_share_policy(ShareConfig::read_write().with_announce(false))
        .load()
        .await;
    let acceptor = repo.make_acceptor(Url::parse(&format!("ws://127.0.0.1:{port}/"))?)?;
    let accept = move |upgrade: WebSocketUpgrade| {
        let acceptor = acceptor.clone();
        async move {
            upgrade.on_upgrade(move |socket| async move {
                // An error means that the repo stops, and with it this program.
                drop(acceptor.accept_axum(socket, None));
            })
        }
    };
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("ready");
    axum::serve(listener, Router::new().route("/", get(accept))).await?;
    Ok(())
}
