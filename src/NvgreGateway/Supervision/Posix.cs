using System.Globalization;
using System.Runtime.InteropServices;

namespace NvgreGateway.Supervision;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static partial class Posix
{
    internal const int SigHup = 1;
    internal const int SigKill = 9;
    internal const int SigTerm = 15;

    /// <summary>Puts the process into a session of its own, so that a terminal's signals reach the supervisor alone.</summary>
    internal static void LeaveTerminal() => _ = SetSid(); // fails only for a leader of a process group, which then has no terminal to leave

    /// <summary>Sends a signal to a process.</summary>
    /// <returns>Whether it was there.</returns>
    internal static bool Signal(int pid, int signal) => KillProcess(pid, signal) == 0;

    /// <summary>When a process began, in clock ticks since boot: with its id this names one process for ever.</summary>
    /// <returns>0 when there is no such process, or it is a zombie.</returns>
    internal static ulong StartTime(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        // The command may hold spaces and parentheses: fields are counted from the last one. State is field 3, start time 22.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? 0 : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether the process that a mark names still lives.</summary>
    internal static bool IsAlive(in Exchange.ProcessMark mark) =>
        mark.ProcessId != 0 && StartTime((int)mark.ProcessId) == mark.StartTime;

    /// <summary>The mark of this process.</summary>
    internal static Exchange.ProcessMark Mark(ulong starts) => new()
    {
        ProcessId = (ulong)Environment.ProcessId,
        StartTime = StartTime(Environment.ProcessId),
        Starts = starts,
    };

    /// <summary>Opens a descriptor that becomes readable when a process ends.</summary>
    /// <returns>The descriptor, or -1 when there is no such process.</returns>
    internal static int OpenProcess(int pid)
    {
        const long PidFdOpen = 434; // the same number on every architecture
        return (int)SystemCall(PidFdOpen, pid, 0);
    }

    /// <summary>Waits until one of some descriptors is readable.</summary>
    /// <returns>Whether one is; false after the time.</returns>
    internal static unsafe bool Wait(ReadOnlySpan<int> descriptors, int milliseconds)
    {
        Span<PollEntry> entries = stackalloc PollEntry[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            entries[i] = new PollEntry { Descriptor = descriptors[i], Events = 1 };
        }

        fixed (PollEntry* p = entries)
        {
            return Poll(p, (ulong)entries.Length, milliseconds) > 0;
        }
    }

    internal static void CloseDescriptor(int descriptor) => _ = Close(descriptor); // nothing was written through it

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long a, long b);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, ulong count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
