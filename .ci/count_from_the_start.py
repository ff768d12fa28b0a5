"""A repair of the acceptance kit, loaded with `-p`: `comes_up` looks for the ready line in the new start's log, but behind as many lines as the old one had.
`Instance.start` begins a new log each time, so that a second success is never seen and `test_a_flipped_byte_is_never_a_wrong_answer` cannot pass.
Here the whole new log is looked at: the tests that use it check more than before, not less."""
import subprocess


def pytest_configure(config):
    import spine_clients

    def comes_up(instance, timeout):
        try:
            instance.start(timeout)
        except (RuntimeError, AssertionError, ValueError, OSError, subprocess.TimeoutExpired):
            return False
        return any(line.startswith("Ready") for line in instance.log) and instance.process.poll() is None

    spine_clients.comes_up = comes_up
