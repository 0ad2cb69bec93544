package password

// DummyHash is what [Dummy] checks against.
const DummyHash = dummy
