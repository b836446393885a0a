# lineage with what asking, indexing and serving take: the core and the extra web, no torch.
#
#   docker build -t lineage .
#   docker run --rm -v lineage:/data -v /dam:/library:ro lineage index /library
#   docker run -d -p 8080:8080 -v lineage:/data -v ./keys.txt:/keys.txt:ro -e LINEAGE_KEY_FILE=/keys.txt lineage
#
# Other machines than the container are answered with keys only: docs/serve.md says what a file of them holds.

FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY lineage lineage
COPY indexer indexer
COPY eval eval
RUN python -m venv /opt/lineage && /opt/lineage/bin/pip install --no-cache-dir --disable-pip-version-check '.[web]'

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data lineage && install -d -o lineage -g lineage /data
COPY --from=build /opt/lineage /opt/lineage
# Index and ledgers lie below /data/lineage.
ENV PATH=/opt/lineage/bin:$PATH XDG_DATA_HOME=/data PYTHONUNBUFFERED=1
USER lineage
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/ready', timeout=4)"]
ENTRYPOINT ["lineage"]
CMD ["serve", "--host", "0.0.0.0"]
