//! Builds anew when the page was built anew: it is embedded in the binary.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
