using System.Runtime.CompilerServices;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Everything one test set up, taken down in reverse order whatever happened.</summary>
internal sealed class Lab : IDisposable
{
    private static int _labs;

    private readonly Stack<IDisposable> _parts = new();
    private readonly int _number = Interlocked.Increment(ref _labs);

    public Lab(string variant = "", [CallerMemberName] string test = "")
    {
        Folder = Machine.ArtifactsOf(variant.Length == 0 ? test : $"{test}-{variant}");
        Sockets = Path.Combine(Machine.RunFolder, _number.ToString("d"));
        Directory.CreateDirectory(Sockets);
    }

    /// <summary>Logs and captures; stays after the test.</summary>
    public string Folder { get; }

    /// <summary>Sockets; goes with the test.</summary>
    public string Sockets { get; }

    /// <summary>A name of at most 15 characters that nothing else on this machine has.</summary>
    public string Name(string what) => $"{what}{Machine.Tag}x{_number}";

    public string LogFile(string what) => Path.Combine(Folder, what + ".log");

    /// <summary>Puts a part under the lab's care.</summary>
    public T Add<T>(T part) where T : IDisposable
    {
        _parts.Push(part);
        return part;
    }

    /// <summary>A network namespace of the lab.</summary>
    public string AddNamespace(string what)
    {
        string name = Name(what);
        Shell.Run($"ip netns add {name} && ip -n {name} link set lo up");
        _parts.Push(new Undo(() => Shell.Try($"ip netns del {name}")));
        return name;
    }

    /// <summary>Something to be done when the lab ends.</summary>
    public void AddUndo(string command) => _parts.Push(new Undo(() => Shell.Try(command)));

    public void Dispose()
    {
        while (_parts.TryPop(out IDisposable? part))
        {
            part.Dispose();
        }

        Directory.Delete(Sockets, recursive: true);
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
