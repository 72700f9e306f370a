"""Parquet, ``.parquet``: tables whose columns have types, and may be lists."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.table_format import TableFormat

if TYPE_CHECKING:
    import pyarrow as pa

    from sweeprun.results.formats.columns import Output

LARGEST_LIST = 2**30
"""The bytes that a task's value of one output may have in a Parquet file, whose writer takes ten times their memory."""

_PANDAS_ATTRS = "PANDAS_ATTRS"
"""Where ``pandas.read_parquet`` finds the attributes of a table."""


class Parquet(TableFormat):
    """Outputs with dims of their own are lists, as long as each task returned them."""

    suffix = ".parquet"
    has_lists = True

    def is_too_large(self, output: "Output") -> bool:
        return output.nbytes > LARGEST_LIST

    def write(
        self,
        file: BinaryIO,
        schema: "pa.Schema",
        batches: "Iterator[pa.RecordBatch]",
        options: WriteOptions,  # noqa: ARG002  # none is of Parquet
    ) -> None:
        import pyarrow.parquet as pq

        texts = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
        schema = schema.with_metadata({**texts, _PANDAS_ATTRS: json.dumps(texts)})
        with pq.ParquetWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch.cast(schema))

    def attributes(self, path: Path) -> Mapping[str, Any]:
        import pyarrow.parquet as pq

        with path.open("rb") as file:
            texts = pq.read_schema(file).metadata or {}
        return {key.decode(): value.decode() for key, value in texts.items()}
