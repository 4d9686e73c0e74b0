using System.Globalization;
using NvgreGateway.Exchange;

namespace NvgreGateway.Supervision;

/// <summary>The lock of a gateway's name: one supervisor at a time. The kernel gives it back when its holder dies.</summary>
internal sealed class NameLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _name;

    private NameLock(FileStream file, string name)
    {
        _file = file;
        _name = name;
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="name">The gateway's name.</param>
    /// <param name="holder">Who holds it, when it is taken.</param>
    /// <returns>The lock, or null when somebody holds it.</returns>
    internal static NameLock? TryTake(string name, out string holder)
    {
        holder = "";
        string path = GatewayPaths.Lock(name);
        while (true)
        {
            Directory.CreateDirectory(GatewayPaths.Runtime(name));
            try
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (!IsHeld(path))
                {
                    file.Dispose(); // its holder deleted it between our opening and our locking: ours is a file without a name
                    continue;
                }

                // Beside the lock, not in it: a locked file cannot be opened by who is refused.
                File.WriteAllText(HolderOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return new NameLock(file, name);
            }
            catch (IOException) when (File.Exists(path))
            {
                holder = Describe(path);
                return null;
            }
            catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException)
            {
                // The holder is just leaving, with its folder.
            }
        }
    }

    /// <summary>Removes what the name had in its runtime folder, then gives the lock back.</summary>
    public void Dispose()
    {
        Directory.Delete(GatewayPaths.Runtime(_name), recursive: true);
        _file.Dispose();
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var again = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException e)
        {
            return e is not (FileNotFoundException or DirectoryNotFoundException);
        }
    }

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
