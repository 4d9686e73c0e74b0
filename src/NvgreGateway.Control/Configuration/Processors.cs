using System.Globalization;

namespace NvgreGateway.Control.Configuration;

/// <summary>Which processors this machine has.</summary>
internal static class Processors
{
    /// <summary>The highest processor number. Not the count that the runtime reports: that one heeds affinity and quotas.</summary>
    public static int Highest()
    {
        const string Present = "/sys/devices/system/cpu/present";
        try
        {
            string last = File.ReadAllText(Present).Trim().Split(',', '-')[^1];
            if (int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int highest))
            {
                return highest;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No sysfs, as in some containers: the runtime's count is the best there is.
            return Environment.ProcessorCount - 1;
        }

        return Environment.ProcessorCount - 1;
    }
}
