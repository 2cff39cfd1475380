"""What every contender computes: as text of WebAssembly, and by hand."""
