"""What can be computed: plain functions over frames and shapes, without a store, a file or a request."""
