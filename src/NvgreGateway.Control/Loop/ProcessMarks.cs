using System.Globalization;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>Names one process by its id and start time: an id alone may be somebody else's by now.</summary>
internal static class ProcessMarks
{
    /// <summary>The mark of this process.</summary>
    /// <param name="starts">How often its role was started.</param>
    public static ProcessMark Current(ulong starts) => new()
    {
        ProcessId = (ulong)Environment.ProcessId,
        StartTime = StartTime((ulong)Environment.ProcessId) ?? 0,
        Starts = starts,
    };

    /// <summary>Whether the process of a mark is alive.</summary>
    public static bool IsAlive(in ProcessMark mark) => mark.ProcessId != 0 && StartTime(mark.ProcessId) == mark.StartTime;

    private static ulong? StartTime(ulong id)
    {
        try
        {
            // The name in parentheses may hold blanks: fields are counted behind it. State is field 3, start time field 22.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // no such process
        }
    }
}
