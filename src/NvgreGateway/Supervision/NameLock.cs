using System.Globalization;
using NvgreGateway.Exchange;

namespace NvgreGateway.Supervision;

/// <summary>The lock of a gateway's name: one supervisor at a time. The kernel gives it back when its holder dies.</summary>
internal sealed class NameLock : IDisposable
{
    private readonly FileStream _file;

    private NameLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <param name="holder">Who holds it, when it is taken.</param>
    /// <returns>The lock, or null when somebody holds it.</returns>
    internal static NameLock? TryTake(string name, out string holder)
    {
        holder = "";
        string path = GatewayPaths.Lock(name);
        Directory.CreateDirectory(GatewayPaths.Runtime(name));
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // Beside the lock, not in it: a locked file cannot be opened by who is refused.
            File.WriteAllText(HolderOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new NameLock(file);
        }
        catch (IOException) when (File.Exists(path))
        {
            holder = Describe(path);
            return null;
        }
    }

    // The file stays: deleting it would let two supervisors lock two files of one name.
    public void Dispose() => _file.Dispose();

    private static string HolderOf(string path) => path + ".holder";

    private static string Describe(string path)
    {
        try
        {
            string pid = File.ReadAllText(HolderOf(path)).Trim();
            string command = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
            return $"process {pid} ({command})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
