"""The gRPC side of the stand-in: takes messages apart with qdrant-client's own conversions, answers from local mode.

As the HTTP side, it proves what a client can get wrong and nothing about the server.
"""

from __future__ import annotations

import time
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

import grpc
from qdrant_client import QdrantClient
from qdrant_client import grpc as messages
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.grpc.collections_service_pb2_grpc import CollectionsServicer, add_CollectionsServicer_to_server
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer, add_PointsServicer_to_server

_DONE = messages.PointsOperationResponse(result=messages.UpdateResult(operation_id=0, status="Completed"))


class GrpcStandin(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """The server; `faults` happen to the next calls, one each: a status, or seconds to wait."""

    def __init__(self, *, api_key: str = "") -> None:
        self.api_key = api_key
        self.local = QdrantClient(":memory:")
        self.faults: deque[grpc.StatusCode | float] = deque()
        self.calls: list[str] = []
        self.sizes: list[int] = []
        self.created: list[Any] = []
        self.lock = Lock()
        self.port = 0

    def intercept_service(self, continuation, handler_call_details):
        handler = continuation(handler_call_details)
        key = dict(handler_call_details.invocation_metadata).get("api-key", "")

        def answer(request, context):
            self.calls.append(handler_call_details.method.rpartition("/")[2])
            self.sizes.append(request.ByteSize())
            fault = self.faults.popleft() if self.faults else None
            if isinstance(fault, float):
                time.sleep(fault)
            elif fault:
                context.abort(fault, f"told to answer {fault.name}")
            if key != self.api_key:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "Must provide an API key")
            with self.lock, warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Local mode performs exact")
                try:
                    return handler.unary_unary(request, context)
                except ValueError as error:
                    context.abort(grpc.StatusCode.NOT_FOUND, str(error))

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


class _Collections(CollectionsServicer):
    def __init__(self, standin: GrpcStandin) -> None:
        self._standin, self._local = standin, standin.local

    def CollectionExists(self, request, context):  # noqa: N802
        there = self._local.collection_exists(request.collection_name)
        return messages.CollectionExistsResponse(result=messages.CollectionExists(exists=there))

    def Get(self, request, context):  # noqa: N802
        info = self._local.get_collection(request.collection_name)
        return messages.GetCollectionInfoResponse(result=RestToGrpc.convert_collection_info(info))

    def Create(self, request, context):  # noqa: N802
        self._standin.created.append(request)
        vectors = request.vectors_config.params_map.map
        words = request.sparse_vectors_config.map
        self._local.create_collection(
            request.collection_name,
            {name: GrpcToRest.convert_vector_params(params) for name, params in vectors.items()},
            sparse_vectors_config={name: GrpcToRest.convert_sparse_vector_params(words[name]) for name in words},
            metadata=GrpcToRest.convert_payload(request.metadata),
        )
        return messages.CollectionOperationResponse(result=True)

    def ListAliases(self, request, context):  # noqa: N802
        aliases = self._local.get_aliases().aliases
        return messages.ListAliasesResponse(aliases=[RestToGrpc.convert_alias_description(pair) for pair in aliases])

    def UpdateAliases(self, request, context):  # noqa: N802
        self._local.update_collection_aliases([GrpcToRest.convert_alias_operations(one) for one in request.actions])
        return messages.CollectionOperationResponse(result=True)


class _Points(PointsServicer):
    def __init__(self, standin: GrpcStandin) -> None:
        self._local = standin.local

    def CreateFieldIndex(self, request, context):  # noqa: N802
        return _DONE

    def Upsert(self, request, context):  # noqa: N802
        points = [GrpcToRest.convert_point_struct(point) for point in request.points]
        self._local.upsert(request.collection_name, points)
        return _DONE

    def Delete(self, request, context):  # noqa: N802
        self._local.delete(request.collection_name, GrpcToRest.convert_points_selector(request.points))
        return _DONE

    def UpdateBatch(self, request, context):  # noqa: N802
        changes = [GrpcToRest.convert_points_update_operation(one) for one in request.operations]
        self._local.batch_update_points(request.collection_name, changes)
        return messages.UpdateBatchResponse(result=[_DONE.result for _ in changes])

    def Count(self, request, context):  # noqa: N802
        count = self._local.count(request.collection_name, exact=request.exact).count
        return messages.CountResponse(result=messages.CountResult(count=count))

    def Get(self, request, context):  # noqa: N802
        found = self._local.retrieve(
            request.collection_name,
            [GrpcToRest.convert_point_id(key) for key in request.ids],
            with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
            with_vectors=GrpcToRest.convert_with_vectors_selector(request.with_vectors),
        )
        return messages.GetResponse(result=[RestToGrpc.convert_record(record) for record in found])

    def Scroll(self, request, context):  # noqa: N802
        found, after = self._local.scroll(
            request.collection_name,
            limit=request.limit,
            offset=GrpcToRest.convert_point_id(request.offset) if request.HasField("offset") else None,
            with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
            with_vectors=GrpcToRest.convert_with_vectors_selector(request.with_vectors),
        )
        following = RestToGrpc.convert_extended_point_id(after) if after is not None else None
        records = [RestToGrpc.convert_record(record) for record in found]
        return messages.ScrollResponse(result=records, next_page_offset=following)

    def QueryBatch(self, request, context):  # noqa: N802
        asked = [GrpcToRest.convert_query_points(one) for one in request.query_points]
        answers = self._local.query_batch_points(request.collection_name, asked)
        results = [[RestToGrpc.convert_scored_point(point) for point in answer.points] for answer in answers]
        return messages.QueryBatchResponse(result=[messages.BatchResult(result=some) for some in results])


@contextmanager
def grpc_standin(*, api_key: str = ""):
    standin = GrpcStandin(api_key=api_key)
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[standin], options=unlimited)
    add_CollectionsServicer_to_server(_Collections(standin), server)
    add_PointsServicer_to_server(_Points(standin), server)
    standin.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield standin
    finally:
        server.stop(None).wait()
        standin.local.close()
