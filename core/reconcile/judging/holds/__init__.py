"""What keeps the engine from putting drift right unasked for now, said in rows and in events."""
