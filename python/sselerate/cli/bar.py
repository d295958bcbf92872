"""The progress bar itself; importing this module needs rich (`pip install sselerate[cli]`)."""

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn


class Bar:
    """A bar over `total` bytes on stderr; it vanishes at the end."""

    def __init__(self, total: int) -> None:
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self.progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.progress.add_task("decoding", total=total)
        self.progress.start()

    def advance(self, size: int) -> None:
        self.progress.advance(self.task, size)

    def say(self, text: str) -> None:
        self.progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        self.progress.stop()
