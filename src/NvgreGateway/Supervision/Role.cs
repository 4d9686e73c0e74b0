using System.Diagnostics;
using NvgreGateway.Exchange;

namespace NvgreGateway.Supervision;

/// <summary>
/// One of the two processes that the supervisor watches: started by it, or adopted from a supervisor that died. A descriptor of the
/// process tells its end, whoever its parent is.
/// </summary>
internal sealed class Role : IDisposable
{
    // A process that dies within this time of its start did not get going: the next start waits longer.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private readonly string _verb;
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private Process? _child;
    private int _pid;
    private TimeSpan _pause;
    private long _startedAt;

    internal Role(string verb, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        _verb = verb;
        _arguments = arguments;
        _environment = environment;
    }

    internal string Verb => _verb;

    /// <summary>Its process id, 0 when it does not run.</summary>
    internal int ProcessId => _pid;

    /// <summary>Readable when the process has ended; -1 when it does not run.</summary>
    internal int Descriptor { get; private set; } = -1;

    /// <summary>Ends in a row that came too soon after the start.</summary>
    internal int Failures { get; private set; }

    internal bool IsRunning => Descriptor >= 0;

    /// <summary>When it may be started again.</summary>
    internal long RestartAt { get; private set; }

    /// <summary>Takes over a process that another supervisor started.</summary>
    /// <returns>Whether it still lives.</returns>
    internal bool Adopt(in ProcessMark mark)
    {
        if (!Posix.IsAlive(mark))
        {
            return false;
        }

        Descriptor = Posix.OpenProcess((int)mark.ProcessId);
        if (Descriptor < 0)
        {
            return false;
        }

        _pid = (int)mark.ProcessId;
        _startedAt = Stopwatch.GetTimestamp();
        return true;
    }

    internal void Start()
    {
        (string program, string[] first) = Self();
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        foreach (string argument in first.Append(_verb).Concat(_arguments))
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string key, string value) in _environment)
        {
            start.Environment[key] = value;
        }

        _child = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        _pid = _child.Id;
        Descriptor = Posix.OpenProcess(_pid);
        _startedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>Takes note that the process has ended, and decides when it may start again.</summary>
    /// <returns>How it ended, for people.</returns>
    internal string Ended()
    {
        string how = "ended";
        if (_child is not null)
        {
            _child.WaitForExit();
            how = _child.ExitCode > 128 ? $"was ended by signal {_child.ExitCode - 128}" : $"ended with exit code {_child.ExitCode}";
            _child.Dispose();
            _child = null;
        }

        Posix.CloseDescriptor(Descriptor);
        Descriptor = -1;
        _pid = 0;
        bool early = Stopwatch.GetElapsedTime(_startedAt) < s_settled;
        Failures = early ? Failures + 1 : 0;
        // The first end is answered at once: traffic waits. One that keeps dying is given ever more time.
        _pause = Failures <= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Math.Max(1, _pause.TotalSeconds * 2), s_longestPause.TotalSeconds));
        RestartAt = Stopwatch.GetTimestamp() + (long)(_pause.TotalSeconds * Stopwatch.Frequency);
        return how;
    }

    /// <summary>Ends the process, by force after a time.</summary>
    /// <param name="patience">How long it may take.</param>
    /// <param name="asked">It was asked already in its own way: the signal is sent only when it does not answer to that.</param>
    internal void Stop(TimeSpan patience, bool asked = false)
    {
        if (!IsRunning)
        {
            return;
        }

        if (asked && Posix.Wait([Descriptor], (int)patience.TotalMilliseconds))
        {
            Ended();
            return;
        }

        Posix.Signal(_pid, Posix.SigTerm);
        if (!Posix.Wait([Descriptor], (int)patience.TotalMilliseconds))
        {
            Posix.Signal(_pid, Posix.SigKill);
            Posix.Wait([Descriptor], 5000);
        }

        Ended();
    }

    public void Dispose()
    {
        _child?.Dispose();
        if (Descriptor >= 0)
        {
            Posix.CloseDescriptor(Descriptor);
            Descriptor = -1;
        }
    }

    private static (string Program, string[] First) Self()
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("the program's own path is not known");
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? (self, [Path.Combine(AppContext.BaseDirectory, "nvgre-gateway.dll")])
            : (self, []);
    }
}
