"""Payment providers behind one interface: `stripe` for the world and the sandbox, `recording` for demo history."""
