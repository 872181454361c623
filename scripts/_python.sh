# Finds a Python that is new enough, as $python; sourced by the scripts beside it.
python=
for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or later is needed: on Debian 12, Ubuntu 24.04 or later, apt-get install python3 python3-venv" >&2
    exit 1
fi
